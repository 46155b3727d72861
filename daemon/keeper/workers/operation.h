/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One order to a worker of the spawner's, and the reports of whoever carries it out. Each operation
 * ends in exactly one call of done(): at its last report, at its deadline, or when the worker has
 * died without a word. At the deadline the worker is ending, and done() called at once: a process
 * that the worker has started may live on for as long as a user wants (in state D, on a file system
 * that does not answer), though it does nothing more than end.
 *
 * Users take turns (turns.h): an order waits, encoded, until its user has fewer than a few under
 * way. Only then does it get a worker, and only then does its time begin.
 */
#ifndef NSCTL_KEEPER_OPERATION_H
#define NSCTL_KEEPER_OPERATION_H

#include "daemon/keeper/base/keeper.h"
#include "daemon/wire/codec.h"
#include "daemon/wire/task.h"

struct operation {
	struct operation *next;
	struct keeper *keeper;
	uid_t uid; /* whose turn it takes ... */
	enum turn_kind kind;
	bool at_once; /* ... or it takes nobody's */
	struct turn turn;
	struct timeval turn_time;   /* after which the next may go beside it */
	struct wire_writer *parcel; /* the order while it waits; NULL: it does not */
	struct worker *worker;	    /* NULL: it waits, and any will do */
	struct event *timer;	    /* the end of its turn, then its deadline */
	unsigned int seconds;	    /* to its deadline, from the moment that it is sent; 0: none */
	/* the request whose descriptors the task needs; connection 0: it needs none */
	uint32_t connection, request;
	bool ends_early; /* its first report, of whatever kind, is also its last */
	bool last;	 /* no other task needs these descriptors */
	void *context;	 /* the owner's */
	/* A report before the last; fds: what came along, or -1; the callee may take them. May be
	 * NULL. */
	void (*report)(struct operation *operation, const struct task_report *report,
		       int fds[REPORT_FDS_MAX]);
	void (*interface)(struct operation *operation, const struct task_interface *interface);
	/* The last: the operation is freed after it. step STEP_LOST: nobody reported; STEP_LATE:
	 * not by the deadline. */
	void (*done)(struct operation *operation, const struct task_report *report);
};

/* Decides how many operations may be under way: before the first one is made. */
void operation_begin(struct keeper *keeper);

/* Makes one for this user. seconds: the deadline, 0 for none. 0 or -ENOMEM. */
int operation_new(struct keeper *keeper, uid_t uid, enum turn_kind kind, unsigned int seconds,
		  struct operation **ret);
/* Makes one of the keeper's own, which waits for no other. Returns 0 or -ENOMEM. */
int operation_new_own(struct keeper *keeper, unsigned int seconds, struct operation **ret);
/* Makes one of TURN_MAKE for this worker, which is bound and has nothing to do: it is the
 * operation's from now on. */
int operation_new_with(struct worker *worker, uid_t uid, unsigned int seconds,
		       struct operation **ret);
/* Sends the order (layout NULL: without a task), or keeps it until it is its turn; on failure the
 * operation is freed and done() is not called. 0 or -errno. */
int operation_send(struct operation *operation, enum task_op op, const struct wire_layout *layout,
		   const void *task);
/* Takes back an order that still waits: true, and the operation is freed without done(). False: it
 * is sent. */
bool operation_take_back(struct operation *operation);
/* Starts a front, which speaks for itself from then on. Returns 0 and the number by which it can be
 * killed (ending_add()), or -errno. */
int operation_start_front(struct keeper *keeper, const struct task_front *task,
			  uint32_t *ret_number);
/* Frees all without calling anybody: the keeper ends. */
void operation_free_all(struct keeper *keeper);

#endif
