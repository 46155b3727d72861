/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decides which operation (workers/operation.h) runs next. Users take turns, so that the operations
 * of one user do not wait until all those of another user have run. This module only keeps the
 * books: the caller runs the operations. */
#pragma once

#include "base.h"

/* The kinds of operations. Each user has a queue and a limit for each kind. */
enum turn_kind {
	TURN_MAKE,    /* all operations but those of TURN_CLEANUP */
	TURN_CLEANUP, /* removals, repairs, updates and signals; sets made again at boot */
};

struct turn_queue;

struct turn {
	struct turn *next;
	struct turn_queue *queue; /* NULL: this turn neither waits nor runs */
	bool goes;		  /* this turn runs */
};

struct turns {
	/* queues with a turn that waits or runs; turns_next() takes the first that may start one */
	struct turn_queue *queues;
	size_t n_going;	 /* running turns */
	size_t each_max; /* turns that one user may run at a time, of each kind */
	size_t all_max;	 /* turns of all users at a time; ignored for a queue that runs no turn */
};

/* Asks for a turn. Returns 1 if the turn starts now, 0 if it waits until turns_next() returns it,
 * or -ENOMEM. */
int turns_enter(struct turns *turns, struct turn *turn, uid_t uid, enum turn_kind kind);
/* Starts the next turn that has waited, and returns it. Returns NULL if none may start. */
struct turn *turns_next(struct turns *turns);
/* Ends a turn that has started, or takes a waiting turn out of its queue. Does nothing if the turn
 * neither runs nor waits. */
void turns_leave(struct turns *turns, struct turn *turn);
