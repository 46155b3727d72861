/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The socket: bytes and descriptors in both directions. The only file in protocol/ that makes
 * system calls. It works with blocking and non-blocking sockets, and never waits by itself.
 *
 * Descriptors belong to a message. Linux delivers them with the first byte that was sent along with
 * them, and joins bytes that were sent without any. So receiver_read() first looks at the bytes
 * (MSG_PEEK), and then takes exactly those up to the message's NUL. Descriptors of the next message
 * stay in the socket (docs/kernel.md, 22).
 */
#pragma once

#include "base.h"
#include "protocol/frame.h"

/* SCM_MAX_FD of Linux (net/scm.h): the maximum number of descriptors with one message. */
#define TRANSPORT_FDS_MAX 253

enum transport_outcome {
	TRANSPORT_AGAIN = 1, /* the socket would block */
	TRANSPORT_END,	     /* the peer has closed between two messages */
	TRANSPORT_BROKEN,    /* the peer closed within a message or reset the connection; or the
				message is too long, has too many descriptors, or was truncated */
	TRANSPORT_UNREAD,    /* the peer closed before it read our last message, so it did
				nothing */
};

/* Descriptors that came with a message. Each is close-on-exec, and belongs to the list until it is
 * taken. */
struct fd_list {
	int *fds;
	size_t n;
};

/* Closes the descriptors that were not taken, and empties the list. */
void fd_list_done(struct fd_list *list);
/* Takes descriptor number index out of the list. Returns -1 if there is none, or it was taken
 * before. */
int fd_list_take(struct fd_list *list, int64_t index);

/* The receiving side: the message so far, with its descriptors. */
struct receiver {
	struct frame frame;
	struct fd_list fds;
};

void receiver_init(struct receiver *receiver, size_t limit);
void receiver_done(struct receiver *receiver);

/*
 * Reads until a message is complete, and returns 0. The caller then takes what it needs from
 * receiver->frame and receiver->fds, and calls receiver_next(). Returns TRANSPORT_AGAIN if there is
 * nothing more to read now, another outcome, or -errno (the socket failed, or lack of memory).
 */
int receiver_read(struct receiver *receiver, int socket_fd);
/* Begins the next message. Closes descriptors that were not taken. */
void receiver_next(struct receiver *receiver);

/* The sending side: messages in order, with their descriptors. */
struct sender_item;
struct sender {
	struct sender_item *first, *last;
	size_t queued; /* bytes not sent yet */
};

void sender_init(struct sender *sender);
void sender_done(struct sender *sender);

/* Queues a message. Takes text and the descriptors, also on failure: frees and closes them once
 * they are sent. Returns 0 or -ENOMEM. */
int sender_queue(struct sender *sender, char *text, size_t size, const int *fds, size_t n_fds);

/* Sends as much as the socket takes. Returns 0 if all is sent, TRANSPORT_AGAIN if the caller must
 * wait until the socket is writable, TRANSPORT_BROKEN, or -errno. */
int sender_flush(struct sender *sender, int socket_fd);

/* Connects a stream socket to the path (close-on-exec, blocking). Returns a descriptor or
 * -errno. */
int transport_connect(const char *path);
