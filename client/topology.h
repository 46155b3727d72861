/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs up and down: sets, networks and links of a file, all or none. */
#pragma once

#include "client/verb.h"

extern const struct option_row topology_up_options[];

/* Reads the topology in a file ("-" is stdin) and checks it: *ret becomes the parameters of Apply
 * without descriptors, *ret_services what service.h takes. subject is the file in messages. Returns
 * 0, or an exit status after reporting the failure. */
int topology_read(const struct client *client, const char *path, const char *subject, json_t **ret,
		  json_t **ret_services);

/* Opens the paths of the sets' mounts and roots, relative to the directory of the file at path, and
 * fills in the descriptors' indexes. subject: see topology_read(). Returns 0, or an exit status
 * after reporting the failure. */
int topology_open(const struct client *client, const char *path, const char *subject,
		  json_t *topology, struct call_fds *fds);

/* Makes the topology, whose paths were opened. subject: see topology_read(); *ret becomes the
 * answer. Returns 0, or an exit status after reporting the failure. */
int topology_make(struct client *client, const char *subject, json_t *topology,
		  struct call_fds *fds, json_t **ret);

/* Removes everything that the topology names. What does not exist is no failure. Returns an exit
 * status. */
int topology_remove(struct client *client, const json_t *topology);
