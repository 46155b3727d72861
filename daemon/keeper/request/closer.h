/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Closes accepted connections. The keeper must not simply call close(2) for them: a client can
 * leave descriptors in the queue of a connection, even before the keeper accepts it. The process
 * that closes the last copy of the connection also closes these descriptors, and a client can make
 * that take any time, with a socket that lingers or a file on FUSE.
 *
 * So the keeper holds a copy of each connection until the connection is over. Then it shuts the
 * connection down, after which nothing can be added to the queue. If the queue is empty, the keeper
 * closes its copy. Otherwise it passes the copy to the closer, a process that may hang
 * (daemon/kernel/closer.h).
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Ends a connection, which its client notices at once. Takes socket_fd, which may be -1. */
void closer_close(struct keeper *keeper, int socket_fd);
/* Ends the closer, and frees what this module keeps, at the keeper's end. */
void closer_stop(void);
