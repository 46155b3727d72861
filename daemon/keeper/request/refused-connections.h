/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Connections that are not served. Each client is told why (refusal-message.h), and its connection
 * stays open for a moment: a client that finds its connection closed while it writes may not look
 * for an answer. Nothing that it sends is read. The number of such connections is bounded, for each
 * uid and in total; the oldest makes room for the newest. They are not watched, because during a
 * flood refusing connections is most of the keeper's work.
 */
#ifndef NSCTL_KEEPER_REFUSED_CONNECTIONS_H
#define NSCTL_KEEPER_REFUSED_CONNECTIONS_H

#include "daemon/keeper/base/keeper.h"

/* Tells the client of the accepted socket fd about the failure. Takes fd. uid: the user who is
 * charged for the connection. */
void refused_add(struct keeper *keeper, int fd, uid_t uid, const struct failure *failure);
/* Closes all remaining connections. */
void refused_stop(struct keeper *keeper);

#endif
