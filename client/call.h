/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb call: any method, with JSON as it comes. */
#ifndef NSCTL_CLIENT_CALL_H
#define NSCTL_CLIENT_CALL_H

#include "client/options.h"

extern const struct option_row call_options[];
/* As verb.run of options.h has it. */
int call_run(struct client *client, struct options *options);

#endif
