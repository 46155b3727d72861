/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The planned end of nsctld. It first finishes the requests in progress, but within a deadline. It
 * does not wait for commands, which go on without nsctld, nor for requests that wait for the end of
 * a command. New clients wait at the socket for the next daemon. Accepted connections from which
 * nothing has been read yet are closed, and their clients then connect again.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Begins the end of nsctld. Stops the event loop when all requests are finished, or at the
 * deadline. A second call stops the loop at once. */
void stop_begin(struct keeper *keeper);

/* Frees the state of stop_begin(). Must be called after the loop has ended. */
void stop_end(void);
