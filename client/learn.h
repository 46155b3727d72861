/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nsctl egress --learn: prints what a list would need, until a signal ends it. */
#pragma once

#include "client/client.h"

/* parameters name the set or network, which is called word. Returns the exit status. */
int learn_run(struct client *client, const char *word, json_t *parameters);
