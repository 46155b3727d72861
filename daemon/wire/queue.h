/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Messages for a socket that may have no room for them at the moment: they wait, in order, with
 * copies of their descriptors. What waits is bounded.
 */
#ifndef NSCTL_WIRE_QUEUE_H
#define NSCTL_WIRE_QUEUE_H

#include "daemon/wire/codec.h"

/* Bytes that may wait. */
#define WIRE_QUEUE_MAX (4 * 1024 * 1024)

struct wire_queued;

struct wire_queue {
	struct wire_queued *first, **end; /* end is NULL while nothing has waited yet */
	size_t size;			  /* bytes */
};

/* Sends the message, or keeps it until wire_queue_flush(). Returns 0; -EAGAIN: as much waits as
 * may; or another -errno. */
int wire_queue_send(struct wire_queue *queue, struct wire_writer *writer, int socket_fd);
/* Sends what waits. Returns 0 when nothing is left, -EAGAIN, or another -errno. */
int wire_queue_flush(struct wire_queue *queue, int socket_fd);
static inline bool wire_queue_is_empty(const struct wire_queue *queue)
{
	return !queue->first;
}
void wire_queue_done(struct wire_queue *queue);

#endif
