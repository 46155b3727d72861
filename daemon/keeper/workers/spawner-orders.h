/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Orders to the spawner. One for which its channel has no room waits for it: an order that is lost
 * would be a process that is not killed at its deadline, or that counts against its user for ever.
 */
#ifndef NSCTL_KEEPER_SPAWNER_ORDERS_H
#define NSCTL_KEEPER_SPAWNER_ORDERS_H

#include "daemon/keeper/base/keeper.h"

/* Sends the order that keeper->to_spawner holds, now or when there is room. Returns 0 or -errno. */
int spawner_order(struct keeper *keeper);
/* The keeper ends. */
void spawner_orders_stop(struct keeper *keeper);

#endif
