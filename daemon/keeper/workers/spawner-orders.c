/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/workers/spawner-orders.h"
#include "daemon/wire/queue.h"

static struct {
	int fd; /* the spawner's channel */
	struct wire_writer writer;
	struct wire_queue waiting;
	struct event *writable;
} orders;

int spawner_orders_begin(int spawner_fd)
{
	orders.fd = spawner_fd;
	return wire_writer_init(&orders.writer, WIRE_SIZE_MAX);
}

static void flush(struct keeper *keeper);

static void on_writable(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	flush(context);
}

/* Sends waiting orders until the channel is full. Ignores errors: spawner.c
 * notices the spawner's end. */
static void flush(struct keeper *keeper)
{
	if (wire_queue_flush(&orders.waiting, orders.fd) != -EAGAIN)
		return;
	if (!orders.writable)
		orders.writable = event_new(keeper->loop, orders.fd, EV_WRITE, on_writable, keeper);
	/* if there is no memory for the event, the next order tries again */
	if (orders.writable)
		event_add(orders.writable, NULL);
}

int spawner_order(struct keeper *keeper, enum task_op op, uint32_t number, const void *contents)
{
	int r;

	wire_begin(&orders.writer, op, 0, number, 0);
	if (contents)
		wire_put(&orders.writer, task_layouts[op], contents);
	r = wire_queue_send(&orders.waiting, &orders.writer, orders.fd);
	if (!wire_queue_is_empty(&orders.waiting))
		flush(keeper);
	return r;
}

void spawner_orders_stop(void)
{
	orders.writable = free_event(orders.writable);
	wire_queue_done(&orders.waiting);
	wire_writer_done(&orders.writer);
	orders.waiting = (struct wire_queue){};
}
