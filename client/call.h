/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb call: calls any method, with JSON as input and output. */
#ifndef NSCTL_CLIENT_CALL_H
#define NSCTL_CLIENT_CALL_H

#include "client/options.h"

extern const struct option_row call_options[];
/* See verb.run in verb.h. */
int call_run(struct client *client, struct options *options);

#endif
