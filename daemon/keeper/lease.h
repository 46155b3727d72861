/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets that end by themselves: when a span is over that nobody renewed, or a connection has gone.
 */
#ifndef NSCTL_KEEPER_LEASE_H
#define NSCTL_KEEPER_LEASE_H

#include "daemon/keeper/keeper.h"

/* (Re)arms the timer for the first lease that ends. */
void lease_watch(struct keeper *keeper);
/* A connection has gone: leases that hang on it end. */
void lease_connection_gone(struct keeper *keeper, uint32_t connection);
void lease_on_renew(struct keeper *keeper, struct request *request, struct wire_message *message);

#endif
