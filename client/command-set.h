/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What has become of a command's set when the command has ended. */
#ifndef NSCTL_CLIENT_COMMAND_SET_H
#define NSCTL_CLIENT_COMMAND_SET_H

#include "client/client.h"

/* Says so if a command was killed because its set was removed: its status alone does not. */
void command_set_tell_if_removed(struct client *client, const char *name);

/* Waits until the set of a Run is gone. session: its id. For a Run whose last reply, which
 * tells that, was lost. Gives up without a message if nsctld cannot be reached. */
void command_set_await_removal(struct client *client, const char *name, const char *session);

#endif
