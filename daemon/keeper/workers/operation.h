/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An operation: one task for a worker, and the reports of the process that carries it out. Each
 * operation ends in exactly one call of done(): at its last report, at its deadline, or when the
 * worker has died without a report. At the deadline the worker is killed, and done() is called at
 * once: a process that the worker has started may live for as long as a user wants (in state D, on
 * a file system that does not answer), but changes nothing any more.
 *
 * Users take turns (turns.h). An operation waits, with its task encoded, until its user has few
 * enough in progress. Only then does it get a worker, and only then does its time begin.
 */
#ifndef NSCTL_KEEPER_OPERATION_H
#define NSCTL_KEEPER_OPERATION_H

#include "daemon/keeper/base/keeper.h"
#include "daemon/wire/codec.h"
#include "daemon/wire/task.h"

struct operation {
	struct operation *next;
	struct keeper *keeper;
	uid_t uid; /* the user whose turn it takes, */
	enum turn_kind kind;
	bool at_once; /* unless it takes none */
	struct turn turn;
	struct timeval turn_time;   /* after which the user's next operation may start */
	struct wire_writer *parcel; /* the waiting task; NULL: it was sent */
	struct worker *worker;	    /* NULL: it waits, and any worker will do */
	struct event *timer;	    /* the end of its turn, then its deadline */
	unsigned int seconds;	    /* from sending to the deadline; 0: none */
	/* the request whose descriptors the task needs; connection 0: it needs none */
	uint32_t connection, request;
	bool ends_early; /* its first report, of any kind, is its last */
	bool last;	 /* no other task needs these descriptors */
	void *context;	 /* of the caller */
	/* Called for each report before the last; may be NULL. fds: descriptors with the report, or
	 * -1; the callee may take them. */
	void (*report)(struct operation *operation, const struct task_report *report,
		       int fds[REPORT_FDS_MAX]);
	void (*interface)(struct operation *operation, const struct task_interface *interface);
	/* Called for the last report; the operation is freed afterwards. step is STEP_LOST if there
	 * was no report, STEP_LATE if it was not in time. */
	void (*done)(struct operation *operation, const struct task_report *report);
};

/* Decides how many operations may run at a time. To be called before the first one is made. */
void operation_begin(struct keeper *keeper);

/* Makes an operation for this user. seconds: the deadline, 0: none. Returns 0 or -ENOMEM. */
int operation_new(struct keeper *keeper, uid_t uid, enum turn_kind kind, unsigned int seconds,
		  struct operation **ret);
/* Makes an operation of the keeper's own, which takes no turn. Returns 0 or -ENOMEM. */
int operation_new_own(struct keeper *keeper, unsigned int seconds, struct operation **ret);
/* Makes an operation of TURN_MAKE for this worker, which must be bound and idle, and takes the
 * worker. Returns 0 or -ENOMEM. */
int operation_new_with(struct worker *worker, uid_t uid, unsigned int seconds,
		       struct operation **ret);
/* Sends the task (layout NULL: it has no contents), or keeps it until it is its turn. Returns 0, or
 * -errno; then the operation has been freed without a call of done(). */
int operation_send(struct operation *operation, enum task_op op, const struct wire_layout *layout,
		   const void *task);
/* Takes back an operation that still waits: returns true, and it has been freed without a call of
 * done(). Returns false if it was sent. */
bool operation_take_back(struct operation *operation);
/* Starts a front, which then reports over its own channel. Returns 0 and the number by which
 * ending_add() can kill it, or -errno. */
int operation_start_front(struct keeper *keeper, const struct task_front *task,
			  uint32_t *ret_number);
/* Frees all operations without calls of done(), at the keeper's end. */
void operation_free_all(struct keeper *keeper);

#endif
