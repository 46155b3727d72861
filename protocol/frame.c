/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See frame.h. Invariants: used <= limit <= FRAME_SIZE_MAX; size is 0 or more than used, so that
 * the NUL has room; the limit is checked before anything is allocated, so a peer that never sends a
 * NUL costs at most the limit.
 */
#include "protocol/frame.h"

#define FRAME_SIZE_FIRST 1024
#define FRAME_SIZE_KEPT (64 * 1024)

void frame_init(struct frame *frame, size_t limit)
{
	*frame = (struct frame){.limit = MIN(limit, (size_t)FRAME_SIZE_MAX)};
}

void frame_done(struct frame *frame)
{
	free(frame->data);
	*frame = (struct frame){.limit = frame->limit};
}

/* Makes room for needed bytes in total. Doubles the size each time, so that a message that arrives
 * byte by byte is copied only a few times. */
static int frame_grow(struct frame *frame, size_t needed)
{
	size_t size = frame->size ? frame->size : FRAME_SIZE_FIRST;
	char *data;

	if (needed <= frame->size)
		return 0;
	while (size < needed)
		size *= 2;
	data = realloc(frame->data, size);
	if (!data)
		return -ENOMEM;
	frame->data = data;
	frame->size = size;
	return 0;
}

int frame_feed(struct frame *frame, const char *bytes, size_t n, size_t *ret_taken)
{
	const char *end;
	size_t part;
	int r;

	if (frame->complete || n == 0) {
		*ret_taken = 0;
		return 0;
	}
	end = memchr(bytes, '\0', n);
	part = end ? (size_t)(end - bytes) : n;
	if (part > frame->limit - frame->used)
		return FRAME_TOO_LONG;
	r = frame_grow(frame, frame->used + part + 1);
	if (r < 0)
		return r;
	memcpy(frame->data + frame->used, bytes, part);
	frame->used += part;
	if (end) {
		frame->data[frame->used] = '\0';
		frame->complete = true;
	}
	*ret_taken = part + (end ? 1 : 0);
	return 0;
}

void frame_next(struct frame *frame)
{
	/* an idle connection must not keep the memory of a large message */
	if (frame->size > FRAME_SIZE_KEPT) {
		frame_done(frame);
		return;
	}
	frame->used = 0;
	frame->complete = false;
}
