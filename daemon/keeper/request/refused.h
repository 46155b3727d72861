/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Connections that are not served. Each client is told why (refusal.h), and its connection stays
 * open for a moment: a client that finds its connection closed while it writes may not look for an
 * answer. What the client asks is not read. The number of connections that are kept so is bounded,
 * for each uid and altogether; the oldest makes room for the newest. Nothing watches them: during a
 * flood, refusing a connection is what the keeper does most.
 */
#ifndef NSCTL_KEEPER_REFUSED_H
#define NSCTL_KEEPER_REFUSED_H

#include "daemon/keeper/base/keeper.h"

/* Tells the client of the accepted socket fd about the failure. Takes fd. uid: the user who is
 * charged for the connection. */
void refused_add(struct keeper *keeper, int fd, uid_t uid, const struct failure *failure);
/* Closes all connections that are left. */
void refused_stop(struct keeper *keeper);

#endif
