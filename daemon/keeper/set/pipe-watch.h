/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watchers of pipes: processes that leases by pipe need (daemon/kernel/watcher.h). A watcher is
 * started while the request that names the pipe waits. It is recorded with the sets that take the
 * lease, and killed when no set needs it any more. */
#pragma once

#include "daemon/keeper/request/lane.h"

/* Until pipe_watch_release(), keeps watchers alive that no set has yet. Must be called when a
 * worker was asked to start watchers for this request, before the event loop goes on. Does nothing
 * if the request names no pipes. */
void pipe_watch_hold(struct keeper *keeper, const struct request *request);
/* Kills those watchers of the request that no set has. Must be called once after pipe_watch_hold(),
 * when no further set can take them. processes: as request->processes, with WIRE_FDS_MAX
 * elements. */
void pipe_watch_release(const struct request *request, const struct lane_process *processes);

/* Kills the watcher of a set, unless another set has it, too. Must be called when the set does not
 * need its watcher any more. */
void pipe_watch_let_go(struct keeper *keeper, struct set *set);

/* Kills watchers of an earlier daemon that no set has. Must be called when all records are read. */
void pipe_watch_recover(struct keeper *keeper);
