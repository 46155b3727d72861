/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Adds the arguments and the variables of a command to a call. Both may contain any bytes, and may
 * be as long as execve(2) accepts. But JSON contains only UTF-8, and a message has a limit, so
 * words that do not fit travel in a sealed memfd (see Exec in org.nsctl.varlink).
 */
#pragma once

#include "client/connection.h"

/* Adds words (which end with NULL) and environment, an array of strings "K=V" with any bytes. Takes
 * environment. Returns 0, or a status after reporting the failure. */
int command_words_add(const struct client *client, json_t *parameters, struct call_fds *fds,
		      char *const *words, json_t *environment);
