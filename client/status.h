/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb status, which shows what nsctld can do for its caller, and how much of it is in use. */
#ifndef NSCTL_CLIENT_STATUS_H
#define NSCTL_CLIENT_STATUS_H

#include "client/options.h"

/* See verb.run in verb.h. */
int status_run(struct client *client, struct options *options);

#endif
