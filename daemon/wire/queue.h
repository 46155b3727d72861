/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A queue for messages to a socket that has no room now, in order and with copies of their
 * descriptors. The size of the queue is bounded.
 */
#pragma once

#include "daemon/wire/codec.h"

/* Maximum bytes that wait. */
#define WIRE_QUEUE_MAX (4 * 1024 * 1024)

struct wire_queued;

struct wire_queue {
	struct wire_queued *first, **end; /* end is NULL while nothing has waited yet */
	size_t size;			  /* bytes */
};

/* Sends the message, or queues it until wire_queue_flush(). Returns 0, -EAGAIN if the queue is
 * full, or another -errno. */
int wire_queue_send(struct wire_queue *queue, struct wire_writer *writer, int socket_fd);
/* Sends the messages in the queue. Returns 0 if none is left, -EAGAIN, or another -errno. */
int wire_queue_flush(struct wire_queue *queue, int socket_fd);
static inline bool wire_queue_is_empty(const struct wire_queue *queue)
{
	return !queue->first;
}
void wire_queue_done(struct wire_queue *queue);
