/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decides whose turn it is. Each user has a queue, and a bound on turns at a time. Users come in
 * turn, so that one with a thousand operations delays another user's only by those that have
 * started already. This is bookkeeping only.
 */
#ifndef NSCTL_KEEPER_TURNS_H
#define NSCTL_KEEPER_TURNS_H

#include <sys/types.h>
#include "base.h"

/* Each user has one queue and one bound for each kind. */
enum turn_kind {
	TURN_MAKE,    /* operations that add something */
	TURN_CLEANUP, /* operations that remove or repair something: they never wait for others */
};

struct turn_queue;

struct turn {
	struct turn *next;
	struct turn_queue *queue; /* NULL: it neither waits nor has started */
	bool goes;
};

struct turns {
	struct turn_queue *queues; /* queues that are not empty; the first is next */
	size_t n_going;
	size_t each_max; /* turns at a time of one user and kind */
	size_t all_max;	 /* of all users; does not hold back the first turn of a user */
};

/* Asks for a turn. Returns 1 if it starts now, 0 if it waits until turns_next() returns it, or
 * -ENOMEM. */
int turns_enter(struct turns *turns, struct turn *turn, uid_t uid, enum turn_kind kind);
/* Returns a turn that has waited and starts now, or NULL if none may start. */
struct turn *turns_next(struct turns *turns);
/* Ends a turn, or takes it out of its queue; does nothing for one in neither state. */
void turns_leave(struct turns *turns, struct turn *turn);

#endif
