/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Orders to the spawner (the process that forks the workers: spawner.h): to fork a worker, to kill
 * one, or to report its end. If an order were lost, a worker would not be killed at its deadline,
 * or would count against its user for ever. So orders wait while the spawner's channel is full. */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/wire/task.h"

/* Prepares sending orders through spawner_fd, the keeper's end of the spawner's channel, which must
 * stay open until spawner_orders_stop(). Must be called before the first order. Returns 0 or
 * -ENOMEM. */
int spawner_orders_begin(int spawner_fd);
/* Sends an order about worker number, or queues it if the channel is full. contents: the struct for
 * op; NULL: op has none. Returns 0 or -errno (-EAGAIN: the queue is full, too). */
int spawner_order(struct keeper *keeper, enum task_op op, uint32_t number, const void *contents);
/* Frees the queue. Must be called when the keeper ends. */
void spawner_orders_stop(void);
