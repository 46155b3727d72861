/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One order to a worker of the spawner's, and the reports of whoever carries it out. Each operation
 * ends in exactly one call of done(): at its last report, at its deadline, or when the worker has
 * died without a word. At the deadline the worker is killed, and done() called at once: a process
 * that the worker has started may live on for as long as a user wants (in state D, on a file system
 * that does not answer), though it does nothing more than end.
 */
#ifndef NSCTL_KEEPER_OPERATION_H
#define NSCTL_KEEPER_OPERATION_H

#include "daemon/keeper/keeper.h"

struct operation {
	struct operation *next;
	struct keeper *keeper;
	struct worker *worker;
	struct event *deadline;
	/* the request whose descriptors the task needs; connection 0: it needs none */
	uint32_t connection, request;
	bool ends_early; /* by its first report with descriptors, if there is one */
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

/* Makes one, with a worker. seconds: the deadline, 0 for none. 0 or -errno. */
int operation_new(struct keeper *keeper, unsigned int seconds, struct operation **ret);
/* The same with this worker, which is bound and has nothing to do. */
int operation_new_with(struct keeper *keeper, struct worker *worker, unsigned int seconds,
		       struct operation **ret);
/* Sends the order (layout NULL: without a task); on failure the operation is freed and done() is
 * not called. 0 or -errno. */
int operation_send(struct operation *operation, enum task_op op, const struct wire_layout *layout,
		   const void *task);
/* Lifts or moves the deadline. */
void operation_set_deadline(struct operation *operation, unsigned int seconds);
/* Starts a front, which speaks for itself from then on. 0 or -errno. */
int operation_start_front(struct keeper *keeper, const struct task_front *task);
/* Frees all without calling anybody: the keeper ends. */
void operation_free_all(struct keeper *keeper);

/* Starts the spawner and waits (at start only) until it is ready. 0 or -errno. */
int operation_start_spawner(struct keeper *keeper);

#endif
