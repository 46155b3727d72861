/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb graph, which draws sets, networks and the links between them. */
#ifndef NSCTL_CLIENT_GRAPH_H
#define NSCTL_CLIENT_GRAPH_H

#include "client/options.h"

extern const struct option_row graph_options[];
/* See verb.run in verb.h. */
int graph_run(struct client *client, struct options *options);

#endif
