/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watchers of pipes that leases are for (daemon/kernel/watcher.h). A watcher is made while the
 * request that names the pipe waits, recorded with the sets that take the lease, and killed when
 * none of these is left.
 */
#ifndef NSCTL_KEEPER_PIPE_WATCH_H
#define NSCTL_KEEPER_PIPE_WATCH_H

#include "daemon/keeper/request/lane.h"
#include "daemon/keeper/request/request.h"

/* Watchers are about to be made for this request, if it names pipes. They are not killed until
 * pipe_watch_release(). */
void pipe_watch_hold(struct keeper *keeper, const struct request *request);
/* The request is over, or its sets have taken what they need: kills watchers that no set has. */
void pipe_watch_release(const struct request *request, const struct lane_process *processes);

/* The set needs its watcher no more. It is killed unless another set has it. */
void pipe_watch_let_go(struct keeper *keeper, struct set *set);

/* Kills watchers that an earlier daemon has left and no set has: after all records are read. */
void pipe_watch_recover(struct keeper *keeper);

#endif
