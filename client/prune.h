/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs "rm" and "prune", see verb.run in verb.h for each. */
#pragma once

#include "client/verb.h"

extern const struct option_row prune_rm_options[];

/* Removes all sets and networks of a project, and says so if there are none. given: parameters of
 * Remove ("grace"). Returns an exit status. */
int prune_project(struct client *client, const char *project, json_t *given);
