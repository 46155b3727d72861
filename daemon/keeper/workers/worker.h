/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The spawner's workers, as the keeper sees them: each a channel to a process that carries out one
 * operation at a time. Those with nothing to do are kept for a while, so that what comes next need
 * not wait for a fork; a machine at rest has none. Only operation.c calls this.
 */
#ifndef NSCTL_KEEPER_WORKER_H
#define NSCTL_KEEPER_WORKER_H

#include "daemon/keeper/base/keeper.h"

struct worker {
	struct worker *next; /* among the idle ones */
	struct keeper *keeper;
	uint32_t number;
	int fd; /* SOCK_SEQPACKET, non-blocking */
	struct event *event;
	uint32_t serial;	/* of its last task */
	bool bound;		/* it serves a lane, and goes back to none of the others */
	struct worker **holder; /* where the lane keeps it; NULL: the lane has gone */
	uid_t uid;		/* with bound: the user of the lane's front */
	bool rested; /* it has carried out something before, and may have been killed since */
	struct operation *operation; /* what it carries out; NULL: idle */
};

/* One that is idle, or else a new one, which is forked while we go on. on_readable gets the worker
 * as its context whenever there is something to read; an idle one only says that it is gone. 0 or
 * -errno. */
int worker_take(struct keeper *keeper, event_callback_fn on_readable, struct worker **ret);
/* It has carried out what it was taken for, and may be taken again. */
void worker_give_back(struct worker *worker);
/* Lets go of it: it ends when it has done what it was told. NULL is fine. */
void worker_free(struct worker *worker);
/* The lane at *holder, of this user's front, has it from now on: *holder becomes NULL when it is
 * lost. */
void worker_bind(struct worker *worker, struct worker **holder, uid_t uid);
/* The lane has gone: the worker ends, after what it is doing, and counts against the lane's user
 * if it hangs instead (ending.h). */
void worker_release(struct worker *worker);
/* Tells a bound worker that the descriptors of this request are not needed. */
void worker_drop(struct worker *worker, uint32_t connection, uint32_t request);
/* Kills it, and what it runs, without waiting: see ending.h. It was at work for this user. Frees
 * it. */
void worker_kill(struct worker *worker, uid_t uid);
void worker_free_idle(struct keeper *keeper);

#endif
