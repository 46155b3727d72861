/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Connections that are not served: their clients are told why (refusal.h), and have a moment to ask
 * what they came to ask, as a client that finds its connection closed while it writes may not look
 * whether it has been told anything. What they ask is not read. A bounded number of connections is
 * kept so, for each uid and altogether; others are told and closed.
 */
#ifndef NSCTL_KEEPER_REFUSED_H
#define NSCTL_KEEPER_REFUSED_H

#include "daemon/keeper/keeper.h"

/* Takes the accepted socket fd of a client of uid's. */
void refused_add(struct keeper *keeper, int fd, uid_t uid, const struct failure *failure);
/* Closes all that are left. */
void refused_stop(struct keeper *keeper);

#endif
