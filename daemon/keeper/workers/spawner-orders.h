/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Orders to the spawner. If its channel is full, orders wait: if one were lost, a process would not
 * be killed at its deadline, or would count against its user for ever.
 */
#ifndef NSCTL_KEEPER_SPAWNER_ORDERS_H
#define NSCTL_KEEPER_SPAWNER_ORDERS_H

#include "daemon/keeper/base/keeper.h"

/* Sends the order in keeper->to_spawner, now or when there is room. Returns 0 or -errno. */
int spawner_order(struct keeper *keeper);
/* Frees everything at the keeper's end. */
void spawner_orders_stop(struct keeper *keeper);

#endif
