/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Splits bytes into messages: a Varlink message ends with a NUL. A frame owns the buffer of the
 * message that is being received. It knows nothing of JSON and makes no system calls, so a test can
 * feed it every possible split.
 */
#pragma once

#include "base.h"

/* The longest accepted message, without its NUL. */
#define FRAME_SIZE_MAX (1024 * 1024)

enum frame_outcome {
	FRAME_TOO_LONG = 1, /* the message exceeds the limit: close the connection */
};

struct frame {
	char *data;   /* NUL-terminated when complete */
	size_t used;  /* bytes of the message received so far, without the NUL */
	size_t size;  /* allocated */
	size_t limit; /* longest message, at most FRAME_SIZE_MAX */
	bool complete;
};

void frame_init(struct frame *frame, size_t limit);
void frame_done(struct frame *frame);

/*
 * Takes bytes up to and including the first NUL, and sets frame->complete if there is one. A
 * complete frame takes no bytes until frame_next(). Returns 0 with the number of bytes taken in
 * *ret_taken, or FRAME_TOO_LONG or -ENOMEM without setting it.
 */
int frame_feed(struct frame *frame, const char *bytes, size_t n, size_t *ret_taken);

/* Discards the message and begins the next one. A buffer of more than 64 KiB is freed. */
void frame_next(struct frame *frame);
