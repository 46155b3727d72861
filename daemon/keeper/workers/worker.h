/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keeper's side of workers (daemon/spawner/worker.h). A worker carries out one operation at a
 * time. Idle workers are kept for a few seconds, so that the next operation need not wait for a
 * fork. */
#pragma once

#include "daemon/keeper/base/keeper.h"

struct worker {
	struct worker *next; /* next idle worker */
	struct keeper *keeper;
	uint32_t number;
	int fd; /* SOCK_SEQPACKET, non-blocking */
	struct event *event;
	uint32_t serial;	     /* number of the last task */
	bool bound;		     /* it serves only one lane (request/lane.h) */
	struct worker **holder;	     /* the lane's pointer to this worker; NULL: no lane */
	uid_t uid;		     /* if bound: user of the lane's front */
	bool rested;		     /* it was idle: by now it may have ended, or take no tasks */
	struct operation *operation; /* NULL: it is idle */
};

/* Makes the writer that worker_writer() returns. Must be called before the first worker is taken.
 * Returns 0 or -ENOMEM. */
int worker_begin(void);
/* Returns the writer that encodes tasks for workers. There is one: a task must be sent, or copied,
 * before the next is encoded. */
struct wire_writer *worker_writer(void);

/* Takes an idle worker, or a new one, whose fork the spawner may not have done yet. on_readable,
 * with the worker as its context, is called when the worker's channel is readable, also at its
 * end-of-file; all calls must pass the same function. Returns 0 or -errno. */
int worker_take(struct keeper *keeper, event_callback_fn on_readable, struct worker **ret);
/* Makes a worker idle after its operation, so that it can be taken again, or frees it if enough
 * others are idle. A bound worker stays with its lane, and is freed if the lane is gone. */
void worker_give_back(struct worker *worker);
/* Frees the keeper's side of a worker, which then exits after its current task. Sets *holder to
 * NULL. Accepts NULL. */
void worker_free(struct worker *worker);
/* Binds the worker to a lane of this user's front (request/lane.h). Sets *holder, the lane's
 * pointer, to the worker; *holder becomes NULL when the worker is freed. */
void worker_bind(struct worker *worker, struct worker **holder, uid_t uid);
/* Frees a bound worker whose lane is gone, at once or after its current task. If its process hangs,
 * it counts against the user of worker_bind() (ending.h). */
void worker_release(struct worker *worker);
/* Tells a bound worker to close the descriptors of this request. */
void worker_drop(struct worker *worker, uint32_t connection, uint32_t request);
/* Tells the spawner to kill the worker, with which the child that carries out its task ends. Does
 * not wait: if they hang, they count against user uid (ending.h). Frees the keeper's side. */
void worker_kill(struct worker *worker, uid_t uid);
/* Frees the idle workers and the writer. Must be called when the keeper ends. */
void worker_stop(void);
