/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verbs up and down: sets, networks and links of a file, all at once.
 */
#ifndef NSCTL_CLIENT_TOPOLOGY_H
#define NSCTL_CLIENT_TOPOLOGY_H

#include "client/options.h"

extern const struct option_row topology_up_options[];

/* Each as verb.run of options.h has it. */
int topology_up(struct client *client, struct options *options);
int topology_down(struct client *client, struct options *options);

/* The topology in a file ("-" is stdin), held against the interface: the parameters of Apply but
 * for descriptors. 0, or a status, told. */
int topology_read(const struct client *client, const char *path, json_t **ret);

/* Opens what the sets' mounts and roots name, relative to the directory of the file, and fills in
 * the indices of the descriptors. 0, or a status, told. */
int topology_open(const struct client *client, const char *path, json_t *topology,
		  struct call_fds *fds);

#endif
