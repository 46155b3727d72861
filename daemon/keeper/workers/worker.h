/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The spawner's workers, as the keeper sees them: channels to processes, each of which carries out
 * one operation at a time. Idle workers are kept for a while, so that the next operation need not
 * wait for a fork; a machine at rest has none. Only operation.c and lanes use this module.
 */
#ifndef NSCTL_KEEPER_WORKER_H
#define NSCTL_KEEPER_WORKER_H

#include "daemon/keeper/base/keeper.h"

struct worker {
	struct worker *next; /* next idle worker */
	struct keeper *keeper;
	uint32_t number;
	int fd; /* SOCK_SEQPACKET, non-blocking */
	struct event *event;
	uint32_t serial;	/* number of its last task */
	bool bound;		/* it serves a lane, and nothing else */
	struct worker **holder; /* the lane's pointer to it; NULL: the lane is gone */
	uid_t uid;		/* if bound: the user of the lane's front */
	bool rested; /* it has carried out a task before, and may have been killed since */
	struct operation *operation; /* current operation; NULL: idle */
};

/*
 * Takes an idle worker, or a new one, which is forked in the background. on_readable is called with
 * the worker as its context when there is something to read; an idle worker becomes readable only
 * when it has ended. Returns 0 or -errno.
 */
int worker_take(struct keeper *keeper, event_callback_fn on_readable, struct worker **ret);
/* Gives a worker back after its operation; it may be taken again. */
void worker_give_back(struct worker *worker);
/* Frees our side; the process exits after its current task. Accepts NULL. */
void worker_free(struct worker *worker);
/* Binds the worker to the lane at *holder, of this user's front. *holder becomes NULL when the
 * worker is lost. */
void worker_bind(struct worker *worker, struct worker **holder, uid_t uid);
/* Releases a worker whose lane is gone. It ends after its current task; if it hangs instead, it
 * counts against the lane's user (ending.h). */
void worker_release(struct worker *worker);
/* Tells a bound worker that the descriptors of this request are not needed. */
void worker_drop(struct worker *worker, uint32_t connection, uint32_t request);
/* Kills the worker and the processes that it has started, without waiting (ending.h), and frees our
 * side. uid: the user that it worked for. */
void worker_kill(struct worker *worker, uid_t uid);
void worker_free_idle(struct keeper *keeper);

#endif
