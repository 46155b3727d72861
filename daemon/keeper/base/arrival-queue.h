/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Accepted connections that wait to be served: a queue for each user, and users take turns, so that
 * one user's thousand connections delay another user's by no more than one.
 *
 * A fruitless connection is one that ends without a request. A user's first few are forgiven; after
 * that the user is served at the pace at which they are forgiven. Bookkeeping only: the caller says
 * what time it is (microseconds), and closes what it takes out.
 */
#ifndef NSCTL_KEEPER_ARRIVAL_QUEUE_H
#define NSCTL_KEEPER_ARRIVAL_QUEUE_H

#include <sys/types.h>
#include "base.h"

/* How many fruitless connections of a user are forgiven at once, and the time for each more. */
#define ARRIVAL_FORGIVEN 32
#define ARRIVAL_FORGIVE_MICROSECONDS UINT64_C(2000)

struct arrival_user;

struct arrival_queue {
	struct arrival_user *first; /* the user whose turn it is, and those after */
	size_t n_waiting;	    /* connections of all users */
};

/* Adds the socket fd of a connection that uid is charged for. Returns 0 or -ENOMEM. */
int arrival_queue_push(struct arrival_queue *queue, uid_t uid, int fd);
/* Takes the next connection of the user whose turn it is; that user's other connections wait until
 * all users have had their turn. Returns its socket and fills in *ret_uid, or returns -1 when no
 * connection may be served now. */
int arrival_queue_pop(struct arrival_queue *queue, uint64_t now, uid_t *ret_uid);
/* Returns true if arrival_queue_pop() would return a connection. */
bool arrival_queue_may_pop(const struct arrival_queue *queue, uint64_t now);

/* Counts a fruitless connection of uid's. For want of memory it is not counted. */
void arrival_queue_count_fruitless(struct arrival_queue *queue, uid_t uid, uint64_t now);
/* Forgives all of them. */
void arrival_queue_forgive_all(struct arrival_queue *queue);

/* Frees what is kept of users who have neither connections that wait nor fruitless ones that are
 * not forgiven. */
void arrival_queue_tidy(struct arrival_queue *queue, uint64_t now);

#endif
