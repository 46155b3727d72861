/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb egress: changes what a set or network with a list reaches, or tells it. */
#ifndef NSCTL_CLIENT_EGRESS_H
#define NSCTL_CLIENT_EGRESS_H

#include "client/options.h"

extern const struct option_row egress_options[];

/* See verb.run in verb.h. */
int egress_run(struct client *client, struct options *options);

#endif
