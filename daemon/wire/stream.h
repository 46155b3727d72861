/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Messages over a pipe: requests of a front to the keeper. A pipe carries bytes and no descriptors,
 * so the keeper never reads or closes anything that a client owns. Both ends are non-blocking.
 * Messages are separated by the lengths in their headers.
 */
#pragma once

#include "daemon/wire/codec.h"

/* The reading end: bytes that were read, but not yet returned as messages. */
struct wire_inbox {
	char *bytes;
	size_t start, end;
};

int wire_inbox_init(struct wire_inbox *inbox); /* 0 or -ENOMEM */
void wire_inbox_done(struct wire_inbox *inbox);

/*
 * Returns 1 and the next message, copied into *ret and marked as a front's; 0 when the other end
 * has been closed; -EAGAIN; -EBADMSG when the bytes are no message, or the pipe ends within a
 * message; or another -errno.
 */
int wire_inbox_receive(struct wire_inbox *inbox, int pipe_fd, struct wire_message *ret);

/* Returns true if wire_inbox_receive() has a result without reading. The caller must not wait then,
 * because the pipe need not become readable again. */
bool wire_inbox_has_message(const struct wire_inbox *inbox);

/* The writing end: the rest of a message that the pipe had no room for. */
struct wire_outbox {
	char *bytes;
	size_t start, end;
};

int wire_outbox_init(struct wire_outbox *outbox); /* 0 or -ENOMEM */
void wire_outbox_done(struct wire_outbox *outbox);

/* Writes the message, or its beginning; keeps the rest, which the next call writes first. Returns
 * 0, -EAGAIN (nothing of this message was taken), -EMSGSIZE, or another -errno. */
int wire_outbox_send(struct wire_outbox *outbox, const struct wire_writer *writer, int pipe_fd);

/* Writes the rest of the last message. Returns 0 if nothing is left, -EAGAIN, or another -errno. */
int wire_outbox_flush(struct wire_outbox *outbox, int pipe_fd);
