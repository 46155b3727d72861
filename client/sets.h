/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verbs that make, list and end sets. Each as verb.run of options.h has it.
 */
#ifndef NSCTL_CLIENT_SETS_H
#define NSCTL_CLIENT_SETS_H

#include "client/options.h"

extern const struct option_row sets_create_options[], sets_list_options[], sets_rm_options[];

int sets_create(struct client *client, const struct verb *verb, int argc, char **argv);
int sets_list(struct client *client, const struct verb *verb, int argc, char **argv);
int sets_rm(struct client *client, const struct verb *verb, int argc, char **argv);
int sets_renew(struct client *client, const struct verb *verb, int argc, char **argv);
int sets_freeze(struct client *client, const struct verb *verb, int argc, char **argv);
int sets_thaw(struct client *client, const struct verb *verb, int argc, char **argv);

#endif
