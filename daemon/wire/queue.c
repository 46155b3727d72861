/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/wire/message.h"
#include "daemon/wire/parcel.h"
#include "daemon/wire/queue.h"

struct wire_queued {
	struct wire_queued *next;
	struct wire_writer *parcel;
};

static void drop_first(struct wire_queue *queue)
{
	struct wire_queued *first = queue->first;

	queue->first = first->next;
	queue->size -= first->parcel->buffer->header.nlmsg_len;
	wire_parcel_free(first->parcel);
	free(first);
}

static int keep(struct wire_queue *queue, const struct wire_writer *writer)
{
	size_t size = writer->buffer->header.nlmsg_len;
	struct wire_queued *last;
	int r;

	if (queue->size + size > WIRE_QUEUE_MAX)
		return -EAGAIN;
	last = calloc(1, sizeof(*last));
	r = last ? wire_parcel_new(writer, &last->parcel) : -ENOMEM;
	if (r < 0) {
		free(last);
		return r;
	}
	if (!queue->first)
		queue->end = &queue->first;
	*queue->end = last;
	queue->end = &last->next;
	queue->size += size;
	return 0;
}

int wire_queue_send(struct wire_queue *queue, struct wire_writer *writer, int socket_fd)
{
	int r = queue->first ? -EAGAIN : wire_send(writer, socket_fd);

	return r == -EAGAIN ? keep(queue, writer) : r;
}

int wire_queue_flush(struct wire_queue *queue, int socket_fd)
{
	while (queue->first) {
		int r = wire_send(queue->first->parcel, socket_fd);

		if (r < 0)
			return r;
		drop_first(queue);
	}
	return 0;
}

void wire_queue_done(struct wire_queue *queue)
{
	while (queue->first)
		drop_first(queue);
}
