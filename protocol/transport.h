/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The socket: bytes and descriptors in, bytes and descriptors out. The only file of protocol/ that
 * makes system calls. Works with blocking and non-blocking sockets; never waits on its own.
 *
 * Descriptors belong to a message. Linux delivers them with the first byte that was sent along with
 * them and joins what was sent without; so a message is first looked at (MSG_PEEK) and then taken
 * exactly up to its NUL: descriptors of the next one stay in the socket
 * (tests/kernel/test-scm-boundary.c).
 */
#ifndef NSCTL_PROTOCOL_TRANSPORT_H
#define NSCTL_PROTOCOL_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include "base.h"
#include "protocol/frame.h"

/* SCM_MAX_FD of Linux (net/scm.h); as many may come with one message. */
#define TRANSPORT_FDS_MAX 253

enum transport_outcome {
	TRANSPORT_AGAIN = 1, /* nothing more without waiting */
	TRANSPORT_END,	     /* the peer has closed, between two messages */
	TRANSPORT_BROKEN,    /* closed within a message, reset, too long, too many descriptors, or
				truncated */
	TRANSPORT_UNREAD,    /* closed before it had read all that was sent to it: it has not acted
				on the last message */
};

/* Descriptors that came with a message; each is close-on-exec and owned by the list until taken. */
struct fd_list {
	int *fds;
	size_t n;
};

void fd_list_done(struct fd_list *list); /* closes what is left, and empties the list */
/* Takes descriptor index out of the list: -1 when there is none (any more). */
int fd_list_take(struct fd_list *list, int64_t index);

/* The receiving side: the message so far and what came with it. */
struct receiver {
	struct frame frame;
	struct fd_list fds;
};

void receiver_init(struct receiver *receiver, size_t limit);
void receiver_done(struct receiver *receiver);

/*
 * Reads until one message is complete (0: see receiver->frame and receiver->fds), or there is
 * nothing to read (TRANSPORT_AGAIN). -errno is a failure of the socket itself or of memory. After
 * 0, take what is wanted and call receiver_next().
 */
int receiver_read(struct receiver *receiver, int socket_fd);
void receiver_next(struct receiver *receiver); /* closes descriptors that nobody took */

/* The sending side: messages in order, each with its descriptors. */
struct sender_item;
struct sender {
	struct sender_item *first, *last;
	size_t queued; /* bytes not sent yet */
};

void sender_init(struct sender *sender);
void sender_done(struct sender *sender);

/* Queues a message: takes text (free()d when sent) and the descriptors (closed when sent), also on
 * failure. 0 or -ENOMEM. */
int sender_queue(struct sender *sender, char *text, size_t size, const int *fds, size_t n_fds);

/* Sends what the socket takes. 0: all is sent; TRANSPORT_AGAIN: wait until it is writable;
 * TRANSPORT_BROKEN; -errno. */
int sender_flush(struct sender *sender, int socket_fd);

/* Connects a stream socket to the path (close-on-exec, blocking). -errno, or the descriptor. */
int transport_connect(const char *path);

#endif
