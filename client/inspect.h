/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs ps, which and status, which change nothing. See verb.run in verb.h for each. */
#ifndef NSCTL_CLIENT_INSPECT_H
#define NSCTL_CLIENT_INSPECT_H

#include "client/options.h"

int inspect_ps(struct client *client, struct options *options);
int inspect_which(struct client *client, struct options *options);
int inspect_status(struct client *client, struct options *options);

#endif
