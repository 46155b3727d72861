/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* After a command has ended: what happened to its set. */
#pragma once

#include "client/client.h"

/* Reports that the set was removed if the command was killed for that: its exit status does not say
 * it. */
void command_set_tell_if_removed(struct client *client, const char *name);

/* Waits until the set of a Run is gone, although the last reply of the Run, which would say so, was
 * lost. session: the id of the command's session. Gives up without a message if nsctld cannot be
 * reached. */
void command_set_await_removal(struct client *client, const char *name, const char *session);
