/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The planned end of nsctld. It first finishes the requests in progress, but within a deadline. It
 * does not wait for requests that last (METHOD_LASTING), nor for commands, which go on without
 * nsctld. New clients wait at the socket; if the service manager has made the socket, the next
 * daemon serves them. Accepted connections without a request are closed, and clients then connect
 * again.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Begins the end of nsctld. Stops the event loop when the requests in progress and all operations
 * are finished, or at the deadline. A second call stops the loop at once. */
void stop_begin(struct keeper *keeper);

/* Frees the state of stop_begin(). Must be called after the loop has ended. */
void stop_end(void);
