/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whose turn it is: a queue for each user, and a bound on how many of one user go at a time. Users
 * come in turn, so that one with a thousand things to do delays another by no more than those that
 * already go. Bookkeeping only.
 */
#ifndef NSCTL_KEEPER_TURNS_H
#define NSCTL_KEEPER_TURNS_H

#include <sys/types.h>
#include "base.h"

/* Each kind of a user's has a queue and a bound of its own. */
enum turn_kind {
	TURN_MAKE, /* what adds something */
	TURN_MEND, /* what takes something away or puts it right: it never waits for the other */
};

struct turn_queue;

struct turn {
	struct turn *next;
	struct turn_queue *queue; /* NULL: it neither waits nor goes */
	bool goes;
};

struct turns {
	struct turn_queue *queues; /* those with anything in them; the first is next */
	size_t n_going;
	size_t each_max; /* that go at a time, of one user and kind */
	size_t all_max;	 /* of all together; each user's first goes nevertheless */
};

/* 1: it goes now; 0: it waits, and turns_next() will return it; -ENOMEM. */
int turns_enter(struct turns *turns, struct turn *turn, uid_t uid, enum turn_kind kind);
/* Returns one that has waited and goes from now on, or NULL when none may go. */
struct turn *turns_next(struct turns *turns);
/* It waits or goes no more; fine for one that does neither. */
void turns_leave(struct turns *turns, struct turn *turn);

#endif
