/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keeper's side of workers, which the spawner forks. A worker carries out one operation at a
 * time. Idle workers are kept for a few seconds, so that the next operation need not wait for a
 * fork. Only operation.c and request/lane.c use this module. */
#pragma once

#include "daemon/keeper/base/keeper.h"

struct worker {
	struct worker *next; /* next idle worker */
	struct keeper *keeper;
	uint32_t number;
	int fd; /* SOCK_SEQPACKET, non-blocking */
	struct event *event;
	uint32_t serial;	     /* number of the last task */
	bool bound;		     /* it serves a lane and nothing else */
	struct worker **holder;	     /* the lane's pointer to this worker; NULL: no lane */
	uid_t uid;		     /* if bound: user of the lane's front */
	bool rested;		     /* it has carried out a task, and may have been killed since */
	struct operation *operation; /* NULL: it is idle */
};

/* Makes the writer that worker_writer() returns. Must be called before the first worker is taken.
 * Returns 0 or -ENOMEM. */
int worker_begin(void);
/* Returns the writer, of which there is one: it encodes a task just before the task is sent. */
struct wire_writer *worker_writer(void);

/* Takes an idle worker, or a new one, which the spawner forks meanwhile. on_readable, with the
 * worker as its context, is called when the worker has written something to its channel, or has
 * ended; all calls must pass the same function. Returns 0 or -errno. */
int worker_take(struct keeper *keeper, event_callback_fn on_readable, struct worker **ret);
/* Makes a worker idle after its operation, so that it can be taken again. Frees the worker if
 * enough others are idle. A bound worker stays with its lane, and is freed if the lane is gone. */
void worker_give_back(struct worker *worker);
/* Frees the keeper's side of a worker, which exits after its current task. Accepts NULL. */
void worker_free(struct worker *worker);
/* Binds the worker to a lane of this user's front. Sets *holder, the lane's pointer, to the worker;
 * *holder becomes NULL when the worker is lost. */
void worker_bind(struct worker *worker, struct worker **holder, uid_t uid);
/* Releases a worker whose lane is gone: it ends after its current task. If it hangs, it counts
 * against the lane's user (ending.h). */
void worker_release(struct worker *worker);
/* Tells a bound worker to close the descriptors of this request. */
void worker_drop(struct worker *worker, uint32_t connection, uint32_t request);
/* Tells the spawner to kill the worker and the processes that it has started, and does not wait
 * (ending.h). Frees the keeper's side. uid: the user for whom the worker worked. */
void worker_kill(struct worker *worker, uid_t uid);
/* Frees all idle workers and the writer. Must be called when the keeper ends. */
void worker_stop(void);
