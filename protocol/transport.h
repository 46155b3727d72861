/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The socket: bytes and descriptors in both directions. The only file in protocol/ that makes
 * system calls. It works with blocking and non-blocking sockets, and never waits by itself.
 *
 * Descriptors belong to a message. Linux delivers them with the first byte that was sent along with
 * them, and joins bytes that were sent without any. So a message is first looked at (MSG_PEEK) and
 * then taken exactly up to its NUL: descriptors of the next one stay in the socket (docs/kernel.md,
 * 22).
 */
#ifndef NSCTL_PROTOCOL_TRANSPORT_H
#define NSCTL_PROTOCOL_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include "base.h"
#include "protocol/frame.h"

/* SCM_MAX_FD of Linux (net/scm.h): the maximum with one message. */
#define TRANSPORT_FDS_MAX 253

enum transport_outcome {
	TRANSPORT_AGAIN = 1, /* nothing more without waiting */
	TRANSPORT_END,	     /* the peer has closed between two messages */
	TRANSPORT_BROKEN,    /* closed within a message, reset, too long, too many descriptors, or
				truncated */
	TRANSPORT_UNREAD,    /* closed before the last message was read: it was not acted on */
};

/* Descriptors that came with a message. Each is close-on-exec, and owned by the list until it is
 * taken. */
struct fd_list {
	int *fds;
	size_t n;
};

void fd_list_done(struct fd_list *list); /* closes the remaining ones, and empties the list */
/* Takes descriptor index out of the list. Returns -1 if there is none (any more). */
int fd_list_take(struct fd_list *list, int64_t index);

/* The receiving side: the message so far, with its descriptors. */
struct receiver {
	struct frame frame;
	struct fd_list fds;
};

void receiver_init(struct receiver *receiver, size_t limit);
void receiver_done(struct receiver *receiver);

/*
 * Reads until a message is complete (0: see receiver->frame and receiver->fds), or until there is
 * nothing to read (TRANSPORT_AGAIN). -errno means a failure of the socket or lack of memory. After
 * 0, take what is needed and call receiver_next().
 */
int receiver_read(struct receiver *receiver, int socket_fd);
void receiver_next(struct receiver *receiver); /* closes descriptors that were not taken */

/* The sending side: messages in order, with their descriptors. */
struct sender_item;
struct sender {
	struct sender_item *first, *last;
	size_t queued; /* bytes not sent yet */
};

void sender_init(struct sender *sender);
void sender_done(struct sender *sender);

/* Queues a message. Takes text (free()d when sent) and the descriptors (closed when sent), also on
 * failure. Returns 0 or -ENOMEM. */
int sender_queue(struct sender *sender, char *text, size_t size, const int *fds, size_t n_fds);

/* Sends as much as the socket takes. Returns 0 if everything is sent, TRANSPORT_AGAIN (wait until
 * it is writable), TRANSPORT_BROKEN, or -errno. */
int sender_flush(struct sender *sender, int socket_fd);

/* Connects a stream socket to the path (close-on-exec, blocking). Returns a descriptor or
 * -errno. */
int transport_connect(const char *path);

#endif
