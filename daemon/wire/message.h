/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sends and receives messages between the daemon's processes, with their descriptors. The codec
 * knows what the messages contain.
 */
#pragma once

#include "daemon/wire/codec.h"

/* Sends the message. Returns 0, -EAGAIN (nothing was sent), -EMSGSIZE, or another -errno. Never
 * raises SIGPIPE. */
int wire_send(struct wire_writer *writer, int socket_fd);

/* Allocates the buffer of a message. Returns 0 or -ENOMEM. */
int wire_message_init(struct wire_message *message);
/* Allocates the buffer for messages that come through a pipe. Returns 0 or -ENOMEM. */
int wire_message_init_stream(struct wire_message *message);
/* Frees the buffer and closes the descriptors that were not taken. */
void wire_message_done(struct wire_message *message);

/*
 * Receives one message, after closing the descriptors that are left of the previous one. Returns 1
 * when there is a message, 0 when the peer has closed, -EAGAIN, -EBADMSG when the message is
 * malformed or truncated (its descriptors are closed), or another -errno.
 */
int wire_receive(struct wire_message *message, int socket_fd);

/* Receives one message like wire_receive(), but does not wait: returns -EAGAIN when there is
 * none. */
int wire_receive_now(struct wire_message *message, int socket_fd);

/* Copies the message, without its descriptors, into *ret, which wire_message_done() frees. Returns
 * 0 or -ENOMEM. */
int wire_message_copy(const struct wire_message *message, struct wire_message *ret);

/* Closes the descriptors that came with the message and were not taken. */
void wire_message_close_fds(struct wire_message *message);

/* Throws away everything in the queue of a socket to which no process can write any more, with the
 * descriptors in it. Closing these may take as long as their owner likes. */
void wire_discard(int socket_fd);
