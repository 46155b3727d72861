/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Closes accepted connections. A client can leave descriptors in a connection's queue, even before
 * the connection is accepted. The process that drops the last reference to the connection closes
 * these, and with a socket that lingers or a file on FUSE that takes as long as the client likes.
 * So the keeper keeps its own copy of a connection until the connection is over. Then it shuts the
 * connection down, after which nothing can be added to the queue, and closes it if the queue is
 * empty. Otherwise it passes the connection on to the closer, a process that may hang
 * (daemon/kernel/closer.h).
 */
#ifndef NSCTL_KEEPER_CLOSER_H
#define NSCTL_KEEPER_CLOSER_H

#include "daemon/keeper/base/keeper.h"

/* Ends the connection, which its client notices at once. Takes socket_fd, which may be -1. */
void closer_close(struct keeper *keeper, int socket_fd);
/* Frees everything at the keeper's end. */
void closer_stop(void);

#endif
