/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An operation: one task for a worker (worker.h), and the reports about it. After operation_send()
 * has returned 0, done() is called once, unless operation_take_back() or operation_stop() frees the
 * operation before. It is called with the last report, at the deadline, when the worker dies, or if
 * no worker can get the task. At the deadline the worker is killed, and done() is called at once,
 * even if the killed process hangs (ending.h).
 *
 * Users take turns (turns.h): an operation waits, with its task encoded, until it has its turn.
 * Then it gets a worker, if it has none yet, and the time until its deadline begins.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/base/turns.h"
#include "daemon/wire/codec.h"
#include "daemon/wire/task.h"

struct operation {
	struct operation *next;
	struct keeper *keeper;
	uid_t uid; /* the user whose turn it takes, and who is charged for a worker that hangs */
	enum turn_kind kind;
	bool at_once; /* the operation takes no turn, and does not wait for one */
	struct turn turn;
	struct timeval turn_time;   /* length of the turn: then the next one may start */
	struct wire_writer *parcel; /* the task while it waits; NULL: it does not wait */
	struct worker *worker;	    /* NULL: it will get any worker when it has its turn */
	struct event *timer;	    /* fires at the end of the turn, then at the deadline */
	unsigned int seconds;	    /* from sending to the deadline; 0: no deadline */
	/* the client's request whose descriptors the task needs, and the request's connection;
	 * connection 0: the task needs none */
	uint32_t connection, request;
	bool ends_early; /* the operation ends with the first report, whatever that says */
	bool last;	 /* the last task that needs the request's descriptors (TASK_LAST) */
	void *context;	 /* the caller's */
	/* Called for each struct task_report but REPORT_DONE; NULL: these are ignored. fds:
	 * descriptors that came with the report, or -1. The callee may take them (take_fd()); those
	 * left are closed. */
	void (*report)(struct operation *operation, const struct task_report *report,
		       int fds[REPORT_FDS_MAX]);
	/* Called for each REPORT_INTERFACE; NULL: these are ignored. */
	void (*interface)(struct operation *operation, const struct task_interface *interface);
	/* Called for each REPORT_REFUSED; NULL: these are ignored. */
	void (*refused)(struct operation *operation, const struct task_refusals *refusals);
	/* Called at the end; the operation is freed afterwards. report->step is STEP_LOST if the
	 * worker or its child died, STEP_LATE if the deadline has passed, and STEP_WORKER if no
	 * worker could get the task. */
	void (*done)(struct operation *operation, const struct task_report *report);
};

/* Sets how many operations may run at a time, and calls worker_begin(). Must be called before the
 * first operation is made. Returns 0 or -ENOMEM. */
int operation_begin(void);

/* Makes an operation that waits for its turn among this user's operations of the same kind (see
 * turns.h). seconds: time from sending the task to the deadline; 0: no deadline. Returns 0 or
 * -ENOMEM. */
int operation_new(struct keeper *keeper, uid_t uid, enum turn_kind kind, unsigned int seconds,
		  struct operation **ret);
/* Makes an operation for the keeper itself, which starts at once, without a turn. seconds: as for
 * operation_new(). Returns 0 or -ENOMEM. */
int operation_new_own(struct keeper *keeper, unsigned int seconds, struct operation **ret);
/* Makes an operation of kind TURN_MAKE, as operation_new() does, for this worker. The worker must
 * be bound to a lane (worker_bind()), and have no operation. Returns 0 or -ENOMEM. */
int operation_new_with(struct worker *worker, uid_t uid, unsigned int seconds,
		       struct operation **ret);
/* Sends the task to a worker, or keeps a copy until it is the operation's turn. task: the struct
 * for op; NULL: op has none. Returns 0, or -errno after freeing the operation and its worker,
 * without a call of done(). */
int operation_send(struct operation *operation, enum task_op op, const void *task);
/* Cancels an operation that still waits for its turn: frees it, without a call of done(), and
 * returns true. Returns false, and changes nothing, if the task was sent already. */
bool operation_take_back(struct operation *operation);
/* Lets a worker become a front (a process that serves clients: request/front.h), which uses the
 * channels in task. Returns 0 or -errno; a later failure closes the channels. *ret_number: the
 * worker's number, for ending_add(). */
int operation_start_front(struct keeper *keeper, const struct task_front *task,
			  uint32_t *ret_number);
/* Lets a worker become a resolver, which answers DNS queries of the sets of user uid. Returns 0 or
 * -errno. *ret_number: the worker's number, for ending_add(). */
int operation_start_resolver(struct keeper *keeper, uid_t uid, const struct task_answer *task,
			     uint32_t *ret_number);
/* Returns the number of operations that have not ended, including those that wait for a turn. */
size_t operation_count(void);
/* Frees all operations, without calls of done(), and the state of worker.h and ending.h. Must be
 * called when the keeper ends. */
void operation_stop(void);
