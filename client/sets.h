/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs that make, list and keep sets. See verb.run in verb.h for each. */
#pragma once

#include "client/verb.h"

extern const struct option_row sets_create_options[], sets_list_options[];

/* Removes a set, with these parameters of Remove ("grace"). absent: it is no failure if there is
 * none. Returns an exit status. */
int sets_remove(struct client *client, const char *name, json_t *given, bool absent);

/* Removes all sets of the owner or, unless it is NULL, of a project, in the same way. Returns an
 * exit status. */
int sets_remove_all(struct client *client, const char *project, json_t *given);
