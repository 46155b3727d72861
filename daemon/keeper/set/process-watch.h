/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watches the processes on which sets depend, by pidfd: a set's init, the process of a lease, and
 * the watcher of a pipe. Also watches a cgroup for idle.c. Each watch has a descriptor, and one
 * event of the loop serves all of them. If something cannot be watched, for example for lack of
 * descriptors, that is logged, and its end may be noticed only when nsctld starts again. A set has
 * at most one watch of each kind: a call for another process does nothing.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Called once, when the watched process has ended or, for a cgroup, at its first change. */
typedef void process_ended(struct keeper *keeper, struct set *set);

/* Watches the set's init, if the set has one. Calls ended(), perhaps before returning, when the
 * init has ended. If ended is NULL, marks the set as broken instead. */
void process_watch_init(struct keeper *keeper, struct set *set, process_ended *ended);
/* If the set's init is ending, does at once what process_watch_init() would do later: the pidfd
 * reports the end only after all other processes in the pid namespace have ended. */
void process_watch_check_init(struct keeper *keeper, struct set *set);

/* Watches the process of the set's lease, if there is one. Calls ended() when the process has
 * ended, perhaps before returning. */
void process_watch_lease(struct keeper *keeper, struct set *set, process_ended *ended);
/* Watches the watcher of the pipe of the set's lease, if there is one. Calls ended() when the
 * watcher has ended, perhaps before returning. */
void process_watch_watcher(struct keeper *keeper, struct set *set, process_ended *ended);
/* Stops watching the process and the watcher of the set's lease. */
void process_watch_end_lease(struct set *set);
/* Watches a cgroup below the set's, while no other one is watched. Takes events_fd, the cgroup's
 * cgroup.events, which must have been read since it was opened. Calls ended() once, at the next
 * change. */
void process_watch_cgroup(struct keeper *keeper, struct set *set, int events_fd,
			  process_ended *ended);
/* Returns true while process_watch_cgroup() watches a cgroup of the set. */
bool process_watch_has_cgroup(const struct set *set);

/* Stops all watches of the set. Must be called before the set is freed. */
void process_watch_end(struct set *set);

/* Stops all watches of all sets, at the keeper's end. */
void process_watch_stop(struct keeper *keeper);
