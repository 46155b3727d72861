/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watches the processes on which sets depend, by pidfd: a set's init, the process with whose end
 * the set's lease ends (lease.h), and the watcher of a pipe (pipe-watch.h). Also watches a cgroup
 * for idle.c. Each watch has a descriptor, and one event of the loop serves all of them. If a watch
 * cannot be made, for example for lack of descriptors, logs a failure; the end may then be noticed
 * only when nsctld starts again. A set has at most one watch of each kind; while there is one, a
 * call for another process does nothing.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Called at most once for a watch, which has ended then: when the process has ended, when
 * process_watch_check_init() finds that it is ending, or when the cgroup.events of a watched cgroup
 * has changed. */
typedef void process_ended(struct keeper *keeper, struct set *set);

/* Watches the set's init, if the set has one. Calls ended(), perhaps before returning, when the
 * init has ended. If ended is NULL, marks the set as broken instead. */
void process_watch_init(struct keeper *keeper, struct set *set, process_ended *ended);
/* If the set's init is ending, does at once what process_watch_init() would do at its end. The
 * pidfd reports the end later: when all other processes in the pid namespace have ended. */
void process_watch_check_init(struct keeper *keeper, struct set *set);

/* Watches the process of the set's lease, if there is one. Calls ended() when the process has
 * ended, perhaps before returning. */
void process_watch_lease(struct keeper *keeper, struct set *set, process_ended *ended);
/* Watches the watcher of the pipe of the set's lease, if there is one. Calls ended() when the
 * watcher has ended, perhaps before returning. */
void process_watch_watcher(struct keeper *keeper, struct set *set, process_ended *ended);
/* Stops watching the process and the watcher of the set's lease. */
void process_watch_end_lease(struct set *set);
/* Watches a cgroup below the set's, and calls ended() once, at the next change of its
 * cgroup.events. Takes events_fd: this file, which must have been read since it was opened. May be
 * called only if process_watch_has_cgroup() is false. */
void process_watch_cgroup(struct keeper *keeper, struct set *set, int events_fd,
			  process_ended *ended);
/* Returns true while process_watch_cgroup() watches a cgroup of the set. */
bool process_watch_has_cgroup(const struct set *set);

/* Stops all watches of the set. Must be called before the set is freed. */
void process_watch_end(struct set *set);

/* Stops all watches of all sets, at the keeper's end. */
void process_watch_stop(struct keeper *keeper);
