/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/workers/spawner-orders.h"

static void flush(struct keeper *keeper);

static void on_writable(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	flush(context);
}

/* Sends waiting orders until the channel is full. Ignores errors: spawner.c
 * notices the spawner's end. */
static void flush(struct keeper *keeper)
{
	struct spawner_orders *orders = &keeper->spawner_orders;

	if (wire_queue_flush(&orders->waiting, keeper->spawner_fd) != -EAGAIN)
		return;
	if (!orders->writable)
		orders->writable =
			event_new(keeper->loop, keeper->spawner_fd, EV_WRITE, on_writable, keeper);
	/* if there is no memory for the event, the next order tries again */
	if (orders->writable)
		event_add(orders->writable, NULL);
}

int spawner_order(struct keeper *keeper)
{
	int r = wire_queue_send(&keeper->spawner_orders.waiting, &keeper->to_spawner,
				keeper->spawner_fd);

	if (!wire_queue_is_empty(&keeper->spawner_orders.waiting))
		flush(keeper);
	return r;
}

void spawner_orders_stop(struct keeper *keeper)
{
	struct spawner_orders *orders = &keeper->spawner_orders;

	if (orders->writable)
		event_free(orders->writable);
	wire_queue_done(&orders->waiting);
	*orders = (struct spawner_orders){};
}
