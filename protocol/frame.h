/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bytes to messages: a Varlink message is whatever stands before a NUL. Owns the buffer of the one
 * message that is being received, knows nothing of JSON, and makes no system call, so it can be fed
 * every split there is in a test.
 */
#ifndef NSCTL_PROTOCOL_FRAME_H
#define NSCTL_PROTOCOL_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include "base.h"

/* The longest message that is accepted, without its NUL. */
#define FRAME_SIZE_MAX (1024 * 1024)

enum frame_outcome {
	FRAME_TOO_LONG = 1, /* the message exceeds the limit: the connection is to be closed */
};

struct frame {
	char *data;   /* NUL-terminated when complete */
	size_t used;  /* bytes of the message so far, without the NUL */
	size_t size;  /* allocated */
	size_t limit; /* FRAME_SIZE_MAX, or less where a quota says so */
	bool complete;
};

void frame_init(struct frame *frame, size_t limit);
void frame_done(struct frame *frame);

/*
 * Takes bytes up to and including the first NUL, and says in *ret_taken how many that were;
 * frame->complete tells whether the message is whole. A complete frame takes nothing more until
 * frame_next(). Returns 0, FRAME_TOO_LONG, or -ENOMEM; *ret_taken is untouched unless 0.
 */
int frame_feed(struct frame *frame, const char *bytes, size_t n, size_t *ret_taken);

/* Forgets the message and starts the next one; a buffer of more than 64 KiB is given back. */
void frame_next(struct frame *frame);

#endif
