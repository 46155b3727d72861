/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Accepted connections that wait to be served. Each user has a queue, and users take turns: after a
 * connection of one user, the other users whose connections may be served come first.
 *
 * A fruitless connection is one that ends without a request. Of each user's fruitless connections,
 * one is forgiven every ARRIVAL_FORGIVE_MICROSECONDS. The caller passes the present time in
 * microseconds (now).
 */
#pragma once

#include "base.h"

/* A user is not served while it takes this number of intervals, or more, until all of the user's
 * fruitless connections are forgiven. */
#define ARRIVAL_FORGIVEN 32
#define ARRIVAL_FORGIVE_MICROSECONDS UINT64_C(2000)

struct arrival_user;

struct arrival_queue {
	struct arrival_user *first; /* users, in the order of their turns */
	size_t n_waiting;	    /* connections of all users */
};

/* Adds a connection of the user uid. fd: its socket, which is taken unless the function fails.
 * Returns 0 or -ENOMEM. */
int arrival_queue_push(struct arrival_queue *queue, uid_t uid, int fd);
/* Takes the next connection of the user whose turn it is; then it is the next user's turn. Returns
 * the socket and fills in *ret_uid, or returns -1 if no connection may be served now. The caller
 * closes the socket. */
int arrival_queue_pop(struct arrival_queue *queue, uint64_t now, uid_t *ret_uid);
/* Returns true if arrival_queue_pop() would return a connection. */
bool arrival_queue_may_pop(const struct arrival_queue *queue, uint64_t now);

/* Counts a fruitless connection of uid. Does nothing if there is no memory. */
void arrival_queue_count_fruitless(struct arrival_queue *queue, uid_t uid, uint64_t now);
/* Forgives the fruitless connections of all users. */
void arrival_queue_forgive_all(struct arrival_queue *queue);

/* Frees the queues of users that have no waiting connection and no fruitless connection to
 * forgive. */
void arrival_queue_tidy(struct arrival_queue *queue, uint64_t now);
