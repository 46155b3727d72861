/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watchers of pipes: processes that leases by pipe need (daemon/kernel/watcher.h). A watcher is
 * started while the request that names the pipe waits. It is recorded with the sets that take the
 * lease, and killed when no set needs it any more. */
#pragma once

#include "daemon/keeper/request/lane.h"

/* Until pipe_watch_release(), keeps watchers that are in no record from being killed. Must be
 * called before watchers are started for this request. Does nothing if the request names no
 * pipes. */
void pipe_watch_hold(struct keeper *keeper, const struct request *request);
/* Kills those watchers of the request that no set has. Must be called when the request is over, or
 * when its sets have recorded their watchers. processes: those of the request, by the index of the
 * descriptor. */
void pipe_watch_release(const struct request *request, const struct lane_process *processes);

/* Kills the watcher of a set, unless another set has it, too. Must be called when the set does not
 * need its watcher any more. */
void pipe_watch_let_go(struct keeper *keeper, struct set *set);

/* Kills watchers of an earlier daemon that no set has. Must be called when all records are read. */
void pipe_watch_recover(struct keeper *keeper);
