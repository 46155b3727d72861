/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb monitor: prints the state first, then events, line by line. */
#ifndef NSCTL_CLIENT_MONITOR_H
#define NSCTL_CLIENT_MONITOR_H

#include "client/options.h"

extern const struct option_row monitor_options[];

int monitor_run(struct client *client, struct options *options);

#endif
