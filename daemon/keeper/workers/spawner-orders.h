/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Orders to the spawner. No order may be lost: a process would not be killed at its deadline, or
 * would count against its user for ever. So orders wait while the spawner's channel is full.
 */
#ifndef NSCTL_KEEPER_SPAWNER_ORDERS_H
#define NSCTL_KEEPER_SPAWNER_ORDERS_H

#include "daemon/keeper/base/keeper.h"

/* Sends the order in keeper->to_spawner, or queues it if the channel is
 * full. Returns 0 or -errno. */
int spawner_order(struct keeper *keeper);
/* Frees the queue, at the keeper's end. */
void spawner_orders_stop(struct keeper *keeper);

#endif
