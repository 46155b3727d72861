/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each connection of a client takes: a place within its user's limit, and descriptors. */
#ifndef NSCTL_KEEPER_CONNECTION_H
#define NSCTL_KEEPER_CONNECTION_H

#include "daemon/keeper/keeper.h"

/* Counts a connection against uid's limit. Returns 0, or an error and *failure. */
int connection_count(struct keeper *keeper, uid_t uid, struct failure *failure);
void connection_uncount(struct keeper *keeper, uid_t uid);
/* Counts a connection that ended without a request: see arrival-queue.h. */
void connection_count_fruitless(struct keeper *keeper, uid_t uid);
/* Uncounts a connection, has its socket closed, and frees it. */
void connection_free(struct keeper *keeper, struct connection *connection);

#endif
