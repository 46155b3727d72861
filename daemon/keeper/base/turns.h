/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decides which operation runs next. Each user has queues, and a limit on operations that run at a
 * time. Users take turns, so a user with a thousand operations delays another user only by those
 * that have already started. This module only keeps the books. */
#pragma once

#include "base.h"

/* The kinds of operations. Each user has a queue and a limit for each kind. */
enum turn_kind {
	TURN_MAKE,    /* operations that add something */
	TURN_CLEANUP, /* operations that remove or repair something */
};

struct turn_queue;

struct turn {
	struct turn *next;
	struct turn_queue *queue; /* NULL: this turn neither waits nor runs */
	bool goes;
};

struct turns {
	struct turn_queue *queues; /* queues with a turn that waits or runs; the first is next */
	size_t n_going;
	size_t each_max; /* turns that one user may run at a time, of each kind */
	size_t all_max;	 /* turns of all users; a user's first turn may exceed it */
};

/* Asks for a turn. Returns 1 if the turn starts now, 0 if it waits until turns_next() returns it,
 * or -ENOMEM. */
int turns_enter(struct turns *turns, struct turn *turn, uid_t uid, enum turn_kind kind);
/* Starts the next turn that has waited, and returns it. Returns NULL if none may start. */
struct turn *turns_next(struct turns *turns);
/* Ends a turn that has started, or takes a waiting turn out of its queue. Does nothing if the turn
 * neither runs nor waits. */
void turns_leave(struct turns *turns, struct turn *turn);
