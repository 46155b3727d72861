/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The arguments and the variables of a command in a call. They are bytes, and as many as execve(2)
 * takes; JSON has UTF-8 only, and messages a limit. So what does not fit travels in a sealed memfd
 * (see Exec in org.nsctl.varlink).
 */
#ifndef NSCTL_CLIENT_COMMAND_WORDS_H
#define NSCTL_CLIENT_COMMAND_WORDS_H

#include "client/connection.h"

/* Adds words (ending with NULL) and the environment, an array of "K=V" that is taken, which may
 * have any bytes. Returns 0, or a status after reporting the failure. */
int command_words_add(const struct client *client, json_t *parameters, struct call_fds *fds,
		      char *const *words, json_t *environment);

#endif
