/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An operation: one task for a worker, and the reports of the process that carries it out. Each
 * operation ends in exactly one call of done(): with its last report, at its deadline, or when the
 * worker dies without a report. At the deadline the worker is killed, and done() is called at once.
 * A process that the worker has started may live longer (in state D, on a file system that does not
 * answer), but cannot change anything any more.
 *
 * Users take turns (turns.h). An operation waits, with its task encoded, until its turn. Only then
 * it gets a worker, and the time until its deadline begins.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/base/turns.h"
#include "daemon/wire/codec.h"
#include "daemon/wire/task.h"

struct operation {
	struct operation *next;
	struct keeper *keeper;
	uid_t uid; /* the user whose turn the operation takes */
	enum turn_kind kind;
	bool at_once; /* the operation takes no turn, and never waits */
	struct turn turn;
	struct timeval turn_time;   /* length of the turn: then the next one may start */
	struct wire_writer *parcel; /* the task while it waits; NULL: it was sent */
	struct worker *worker;	    /* NULL: none yet; then any worker will do */
	struct event *timer;	    /* fires at the end of the turn, then at the deadline */
	unsigned int seconds;	    /* from sending to the deadline; 0: no deadline */
	/* the request whose descriptors the task needs; connection 0: none */
	uint32_t connection, request;
	bool ends_early; /* the first report, of any kind, is the last */
	bool last;	 /* the worker may drop the request's descriptors afterwards */
	void *context;	 /* the caller's */
	/* Called for each report but the last one; NULL: ignores them. fds: descriptors that came
	 * with the report, or -1; the callee may take them. */
	void (*report)(struct operation *operation, const struct task_report *report,
		       int fds[REPORT_FDS_MAX]);
	/* Called for each interface that a worker reports; NULL: ignores them. */
	void (*interface)(struct operation *operation, const struct task_interface *interface);
	/* Called for a report of the packets that a list of egress has refused; NULL: ignores the
	 * report. */
	void (*refused)(struct operation *operation, const struct task_refusals *refusals);
	/* Called for the last report; the operation is freed afterwards. report->step is STEP_LOST
	 * if the worker died, and STEP_LATE if the deadline has passed. */
	void (*done)(struct operation *operation, const struct task_report *report);
};

/* Sets how many operations may run at a time. Must be called before the first operation is made.
 * Returns 0 or -ENOMEM. */
int operation_begin(void);

/* Makes an operation that takes a turn of this user. seconds: time from sending the task to the
 * deadline; 0: no deadline. Returns 0 or -ENOMEM. */
int operation_new(struct keeper *keeper, uid_t uid, enum turn_kind kind, unsigned int seconds,
		  struct operation **ret);
/* Makes an operation for the keeper itself, which takes no turn and never waits. Returns 0 or
 * -ENOMEM. */
int operation_new_own(struct keeper *keeper, unsigned int seconds, struct operation **ret);
/* Makes an operation of kind TURN_MAKE that this worker will carry out. The worker must be bound to
 * a lane and idle; the operation takes it. Returns 0 or -ENOMEM. */
int operation_new_with(struct worker *worker, uid_t uid, unsigned int seconds,
		       struct operation **ret);
/* Sends the task to a worker, or keeps a copy until it is the operation's turn. task: the struct
 * for op; NULL: op has none. Returns 0, or -errno after freeing the operation, without a call of
 * done(). */
int operation_send(struct operation *operation, enum task_op op, const void *task);
/* Cancels an operation that still waits: frees it, without a call of done(), and returns true.
 * Returns false if the task was sent already. */
bool operation_take_back(struct operation *operation);
/* Lets a worker become a front, which uses the channels in task. Returns 0 or -errno. *ret_number:
 * the worker's number, by which ending_add() can kill the front. */
int operation_start_front(struct keeper *keeper, const struct task_front *task,
			  uint32_t *ret_number);
/* Lets a worker become a resolver. uid: the user whose sets the resolver serves. Returns 0 or
 * -errno. *ret_number: as for a front. */
int operation_start_resolver(struct keeper *keeper, uid_t uid, const struct task_answer *task,
			     uint32_t *ret_number);
/* Returns the number of operations that are in progress or wait. */
size_t operation_count(void);
/* Frees all operations, without calls of done(), and the state of worker.h and ending.h. Must be
 * called when the keeper ends. */
void operation_stop(void);
