/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The keeper's side of workers. A worker (daemon/spawner/worker.h) is a root process that carries
 * out the keeper's tasks, one at a time. Idle workers are kept for a few seconds, so that the next
 * operation (operation.h) need not wait for a fork.
 *
 * Some workers are bound to a lane: the channel by which one front, a process that serves clients,
 * passes descriptors of clients to one worker (request/lane.h).
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

struct worker {
	struct worker *next; /* next idle worker */
	struct keeper *keeper;
	uint32_t number;
	int fd; /* SOCK_SEQPACKET, non-blocking */
	struct event *event;
	uint32_t serial;	     /* number of the last task */
	bool bound;		     /* it serves a lane, and is never given to others */
	struct worker **holder;	     /* the lane's pointer to this worker; NULL: no lane */
	uid_t uid;		     /* if bound: user of the lane's front */
	bool rested;		     /* it was idle once, and may have ended meanwhile */
	struct operation *operation; /* NULL: it is idle */
};

/* Makes the writer that worker_writer() returns. Must be called before the first worker is taken.
 * Returns 0 or -ENOMEM. */
int worker_begin(void);
/* Returns the writer that encodes tasks for workers. There is one: a task must be sent, or copied,
 * before the next is encoded. */
struct wire_writer *worker_writer(void);

/* Takes an idle worker, or a new one, whose fork the spawner may not have done yet. on_readable is
 * called, with the worker as its context, whenever the worker's channel is readable or has an
 * end-of-file. All calls must pass the same function. Returns 0 or -errno. */
int worker_take(struct keeper *keeper, event_callback_fn on_readable, struct worker **ret);
/* Makes a worker idle after its operation, so that it can be taken again. Frees it if enough others
 * are idle. A bound worker stays with its lane instead, and is freed if the lane is gone. */
void worker_give_back(struct worker *worker);
/* Frees the keeper's side of a worker, which then exits after its current task. Sets *holder to
 * NULL. Accepts NULL. */
void worker_free(struct worker *worker);
/* Binds the worker to a lane of a front of user uid. Sets *holder, the lane's pointer, to the
 * worker. *holder becomes NULL when the worker is freed or released. */
void worker_bind(struct worker *worker, struct worker **holder, uid_t uid);
/* Sets *holder to NULL, and frees the keeper's side of a bound worker: at once or, if it has an
 * operation, at the end of that. If the process then hangs, it counts against the uid passed to
 * worker_bind() (ending.h). Must be called when the lane is gone. */
void worker_release(struct worker *worker);
/* Tells a bound worker to close the descriptors of this request. */
void worker_drop(struct worker *worker, uint32_t connection, uint32_t request);
/* Tells the spawner to kill the worker. A child that carries out the worker's task ends with it.
 * Does not wait for their end: while they hang, they count against user uid (ending.h). Frees the
 * keeper's side of the worker. */
void worker_kill(struct worker *worker, uid_t uid);
/* Frees the idle workers and the writer. Must be called when the keeper ends. */
void worker_stop(void);
