/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions, which are commands that run inside: the verbs that wait for them and signal them. */
#ifndef NSCTL_CLIENT_SESSIONS_H
#define NSCTL_CLIENT_SESSIONS_H

#include "client/options.h"

extern const struct option_row sessions_kill_options[];

int sessions_kill(struct client *client, struct options *options);
int sessions_wait(struct client *client, struct options *options);

#endif
