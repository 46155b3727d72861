/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb which, which shows the set that a process is in. */
#ifndef NSCTL_CLIENT_INSPECT_H
#define NSCTL_CLIENT_INSPECT_H

#include "client/options.h"

/* See verb.run in verb.h. */
int inspect_which(struct client *client, struct options *options);

#endif
