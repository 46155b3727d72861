/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb "prune", see verb.run in verb.h. */
#ifndef NSCTL_CLIENT_PRUNE_H
#define NSCTL_CLIENT_PRUNE_H

#include "client/options.h"

int prune_run(struct client *client, struct options *options);

#endif
