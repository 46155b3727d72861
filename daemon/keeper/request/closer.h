/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How accepted connections are closed. A client can leave descriptors in a connection's queue, even
 * before the connection is accepted. A process that drops the last reference to the connection
 * closes these descriptors, and a socket that lingers or a file on FUSE makes that take as long as
 * the client likes. So the
 * keeper keeps its own copy of a connection until the connection is over, shuts it down, after
 * which nothing can be added to its queue, and closes it only when the queue is empty. Any other
 * goes to the closer, a process that may hang (daemon/kernel/closer.h).
 */
#ifndef NSCTL_KEEPER_CLOSER_H
#define NSCTL_KEEPER_CLOSER_H

#include "daemon/keeper/base/keeper.h"

/* Ends the connection: its client sees that at once. Takes socket_fd; -1 is fine. */
void closer_close(struct keeper *keeper, int socket_fd);
/* The keeper ends. */
void closer_stop(void);

#endif
