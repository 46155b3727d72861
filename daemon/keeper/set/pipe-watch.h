/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watchers of pipes, which leases by pipe need (daemon/kernel/watcher.h). A watcher is started
 * while the request that names the pipe waits, is recorded with the sets that take the lease, and
 * is killed when none of them needs it any more.
 */
#pragma once

#include "daemon/keeper/request/lane.h"

/* Keeps watchers alive that no record has yet, until pipe_watch_release(). Must be called before
 * watchers are started for this request, if it names pipes. */
void pipe_watch_hold(struct keeper *keeper, const struct request *request);
/* Must be called when the request is over, or when its sets have recorded their watchers. Kills
 * those of its watchers that no set has. */
void pipe_watch_release(const struct request *request, const struct lane_process *processes);

/* Kills the watcher of a set, unless another set has it, too. Must be called when the set does not
 * need its watcher any more. */
void pipe_watch_let_go(struct keeper *keeper, struct set *set);

/* Kills watchers of an earlier daemon that no set has. Must be called when all records are read. */
void pipe_watch_recover(struct keeper *keeper);
