/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watchers of pipes (daemon/kernel/watcher.h). A set with a lease by pipe is removed when the last
 * writing end of a client's pipe is closed. A watcher is a process that holds the reading end, and
 * ends when this happens. It is started while the request that names the pipe waits. It is recorded
 * with the sets that take the lease, and killed when no set needs it any more. */
#pragma once

#include "daemon/keeper/request/lane.h"

/* Lets the watchers of this request live until pipe_watch_release(), although no set has them yet.
 * Must be called when a worker was asked to start them, before the event loop goes on. Does nothing
 * if the request names no pipes. */
void pipe_watch_hold(struct keeper *keeper, const struct request *request);
/* Kills those watchers of the request that no set has. If no other request is between
 * pipe_watch_hold() and this function, also kills all other watchers that no set has. Must be
 * called once after pipe_watch_hold(), when no more sets will take the request's watchers.
 * processes: the request's, which request->processes may lack; WIRE_FDS_MAX elements. */
void pipe_watch_release(const struct request *request, const struct lane_process *processes);

/* Kills the watcher of a set, unless another set has it, too. Must be called when the set does not
 * need its watcher any more. */
void pipe_watch_let_go(struct keeper *keeper, struct set *set);

/* Kills watchers of an earlier daemon that no set has. Must be called when all records are read. */
void pipe_watch_recover(struct keeper *keeper);
