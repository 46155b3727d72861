/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The processes that sets depend on, watched by pidfd: a set's init, and the process of its lease.
 * Each has a descriptor, and one event serves all of them. A process that cannot be watched,
 * because there are no descriptors left, is checked at the next start.
 */
#ifndef NSCTL_KEEPER_PROCESS_WATCH_H
#define NSCTL_KEEPER_PROCESS_WATCH_H

#include "daemon/keeper/base/keeper.h"

/* Watches the set's init, if it has one: the set is broken when it ends. */
void process_watch_init(struct keeper *keeper, struct set *set);
/* Breaks the set now if its init is ending. The pidfd reports that only when all other processes in
 * the pid namespace have ended, which may take a while. */
void process_watch_check_init(struct keeper *keeper, struct set *set);

typedef void process_ended(struct keeper *keeper, struct set *set);
/* Watches the process of the set's lease, or the watcher of its pipe, if there is one: calls ended,
 * perhaps at once, when it has ended. */
void process_watch_lease(struct keeper *keeper, struct set *set, process_ended *ended);
void process_watch_watcher(struct keeper *keeper, struct set *set, process_ended *ended);
/* Ends the watches of the set's lease. */
void process_watch_end_lease(struct set *set);
/* Watches a cgroup by events_fd, an open cgroup.events that has been read, and takes it. Calls
 * ended once, when something has changed. */
void process_watch_cgroup(struct keeper *keeper, struct set *set, int events_fd,
			  process_ended *ended);

/* Ends the watches of a set, before the set is freed. */
void process_watch_end(struct set *set);

/* Ends all watches, at the keeper's end. */
void process_watch_stop(struct keeper *keeper);

#endif
