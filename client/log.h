/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb log, which shows what has happened to sets: nsctld's lines in the journal. */
#ifndef NSCTL_CLIENT_LOG_H
#define NSCTL_CLIENT_LOG_H

#include "client/options.h"

extern const struct option_row log_options[];
/* See verb.run in verb.h. */
int log_run(struct client *client, struct options *options);

#endif
