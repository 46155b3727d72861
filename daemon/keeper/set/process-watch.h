/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watches the processes that sets depend on, by pidfd: a set's init, the process of a lease, and
 * the watcher of a pipe. It also watches a cgroup for idle.c. Each watch has a descriptor, and
 * one event serves all of them. If a process cannot be watched for lack of descriptors, the next
 * start notices its end.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Called once, when the process of a watch has ended. */
typedef void process_ended(struct keeper *keeper, struct set *set);

/* Watches the set's init, if the set has one. When the init ends, calls ended, perhaps before
 * returning. ended NULL: the set is broken then. */
void process_watch_init(struct keeper *keeper, struct set *set, process_ended *ended);
/* Handles the end of the set's init now if the init is ending. The pidfd reports it only after all
 * other processes in the pid namespace have ended, which may take a while. */
void process_watch_check_init(struct keeper *keeper, struct set *set);

/* Watches the process of the set's lease, if the set has one. Calls ended, perhaps before
 * returning. */
void process_watch_lease(struct keeper *keeper, struct set *set, process_ended *ended);
/* Watches the watcher of the set's pipe, if the set has one. Calls ended, perhaps before
 * returning. */
void process_watch_watcher(struct keeper *keeper, struct set *set, process_ended *ended);
/* Ends both watches for the set's lease. */
void process_watch_end_lease(struct set *set);
/* Watches a cgroup. events_fd is its open cgroup.events file, which has been read, and is taken.
 * Calls ended once, at the next change. */
void process_watch_cgroup(struct keeper *keeper, struct set *set, int events_fd,
			  process_ended *ended);
/* Returns true while the set's cgroup is watched. */
bool process_watch_has_cgroup(const struct set *set);

/* Ends all watches of the set. Must be called before the set is freed. */
void process_watch_end(struct set *set);

/* Ends all watches of all sets, at the keeper's end. */
void process_watch_stop(struct keeper *keeper);
