/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb capture: writes packets of a set, a link or a network to a file or to stdout. */
#ifndef NSCTL_CLIENT_CAPTURE_H
#define NSCTL_CLIENT_CAPTURE_H

#include "client/options.h"

extern const struct option_row capture_options[];
/* See verb.run in verb.h. */
int capture_run(struct client *client, struct options *options);

#endif
