/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb ps, which shows the processes of a set. */
#ifndef NSCTL_CLIENT_PS_H
#define NSCTL_CLIENT_PS_H

#include "client/options.h"

extern const struct option_row ps_options[];
/* See verb.run in verb.h. */
int ps_run(struct client *client, struct options *options);

#endif
