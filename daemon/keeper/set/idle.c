/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/set/expiry.h"
#include "daemon/keeper/set/idle.h"
#include "daemon/keeper/set/process-watch.h"
#include "daemon/keeper/state/store.h"
#include "daemon/keeper/state/view.h"

/* --- the sets and networks of one Apply, which are idle together --- */

static bool are_one(const struct set *set, const struct set *other)
{
	return other == set || (*set->group && other->owner == set->owner && other->lease.idle &&
				strcmp(other->group, set->group) == 0);
}

static struct set *next_of(struct keeper *keeper, const struct set *set, struct set *after)
{
	struct set *at =
		registry_next_set(keeper->registry, set->owner, after ? after->name : NULL);

	while (at && at->owner == set->owner && !are_one(set, at))
		at = registry_next_set(keeper->registry, set->owner, at->name);
	return at && at->owner == set->owner ? at : NULL;
}

/* --- processes --- */

static void on_processes_ended(struct keeper *keeper, struct set *set)
{
	idle_look(keeper, set);
}

/* Callback of cgroup_each_child(): if this child cgroup contains a process, opens its
 * cgroup.events, stores the descriptor in *context, an int, and ends the loop by returning 1. */
static int open_if_populated(int cgroup_fd, const char *name, void *context)
{
	_cleanup_fd_ int fd = cgroup_open(cgroup_fd, name), events_fd = -1;
	bool populated = false, frozen;

	events_fd = fd < 0 ? fd : cgroup_open_events(fd);
	if (events_fd < 0 || cgroup_read_events(events_fd, &populated, &frozen) < 0 || !populated)
		return 0;
	*(int *)context = take_fd(&events_fd);
	return 1;
}

/* Watches a child of the set's cgroup that has processes, if there is one. Must be called while no
 * command runs: then these are processes that a command has left, or that were moved there. The
 * set's own cgroup, without its children, contains only the init. */
static void watch_processes(struct keeper *keeper, struct set *set)
{
	_cleanup_fd_ int cgroup_fd = -1, events_fd = -1;

	if (set_is_network(set) || process_watch_has_cgroup(set))
		return;
	cgroup_fd = view_open_cgroup(keeper, set);
	if (cgroup_fd >= 0)
		cgroup_each_child(cgroup_fd, open_if_populated, &events_fd);
	if (events_fd >= 0)
		process_watch_cgroup(keeper, set, take_fd(&events_fd), on_processes_ended);
}

/* --- idle or not --- */

static bool has_other_members(const struct set *network)
{
	for (const struct link *at = network->links; at; at = link_next(at, network)) {
		const struct set *member = at->ends[at->ends[0] == network ? 1 : 0];

		if (member && !are_one(network, member))
			return true;
	}
	return false;
}

static bool is_busy(const struct set *set)
{
	return set->state == SET_CREATING || set_runs_commands(set) ||
	       process_watch_has_cgroup(set) || (set_is_network(set) && has_other_members(set));
}

static bool are_busy(struct keeper *keeper, const struct set *set)
{
	if (store_is_applying(keeper->store, set->group))
		return true;
	for (struct set *at = next_of(keeper, set, NULL); at; at = next_of(keeper, set, at))
		if (is_busy(at))
			return true;
	return false;
}

/* --- the time of the lease --- */

static void set_time(struct keeper *keeper, struct set *set, uint64_t expires)
{
	int r;

	if (set->lease.idle_expires == expires || set->state == SET_REMOVING)
		return;
	set->lease.idle_expires = expires;
	expiry_settle(keeper, set);
	/* nsctld goes on with the recorded time when it starts again */
	r = store_write_set(keeper->store, set);
	if (r < 0)
		log_warning("record of set %s not updated: %s", set->id, strerror(-r));
}

void idle_look(struct keeper *keeper, struct set *set)
{
	uint64_t now = clock_boottime();
	bool busy;

	if (!set->lease.idle || set->state == SET_CREATING || set->state == SET_REMOVING)
		return;
	if (!set_runs_commands(set))
		watch_processes(keeper, set);
	busy = are_busy(keeper, set);
	for (struct set *at = next_of(keeper, set, NULL); at; at = next_of(keeper, set, at))
		if (busy)
			set_time(keeper, at, 0);
		else if (!at->lease.idle_expires)
			set_time(keeper, at, now + at->lease.idle);
}

void idle_look_at_all(struct keeper *keeper, uid_t owner)
{
	for (struct set *at = registry_next_set(keeper->registry, owner, NULL);
	     at && at->owner == owner; at = registry_next_set(keeper->registry, owner, at->name))
		if (at->lease.idle && (*at->group || set_is_network(at)))
			idle_look(keeper, at);
}

void idle_restart(struct keeper *keeper, struct set *set)
{
	if (set->lease.idle && set->lease.idle_expires)
		set_time(keeper, set, clock_boottime() + set->lease.idle);
	idle_look(keeper, set);
}
