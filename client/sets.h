/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs that make, list and end sets. See verb.run in verb.h for each. */
#ifndef NSCTL_CLIENT_SETS_H
#define NSCTL_CLIENT_SETS_H

#include "client/options.h"

extern const struct option_row sets_create_options[], sets_list_options[], sets_prune_options[],
	sets_rm_options[];

int sets_create(struct client *client, struct options *options);
int sets_list(struct client *client, struct options *options);
int sets_rm(struct client *client, struct options *options);
int sets_renew(struct client *client, struct options *options);
int sets_freeze(struct client *client, struct options *options);
int sets_thaw(struct client *client, struct options *options);

/* Removes all sets of the owner, with these parameters of Remove ("grace"). A set that has gone
 * meanwhile is no failure. Returns an exit status. */
int sets_remove_all(struct client *client, json_t *given);

#endif
