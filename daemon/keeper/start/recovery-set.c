/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/network/link.h"
#include "daemon/keeper/set/lease.h"
#include "daemon/keeper/set/remove.h"
#include "daemon/keeper/start/recovery-set.h"
#include "daemon/keeper/state/store.h"
#include "daemon/keeper/state/view.h"
#include "daemon/keeper/workers/boot-records.h"
#include "daemon/kernel/pin.h"
#include "daemon/kernel/process.h"

static void on_removed(struct keeper *keeper, const struct failure *failure _unused_,
		       void *context _unused_)
{
	boot_go_on(keeper);
}

void recover_remove(struct keeper *keeper, struct set *set)
{
	set_remove(keeper, set, 0, on_removed, NULL);
}

int recover_pin(struct keeper *keeper, struct set *set, enum kind kind)
{
	const struct task_set named = view_task_set(set);
	_cleanup_fd_ int fd = pin_open(keeper->vault_fd, &named, kind);
	uint64_t inode;
	int r = fd < 0 ? fd : pin_identify(fd, &inode, &set->ids[kind]);

	if (r == 0)
		set->inodes[kind] = inode;
	return r;
}

/* Checks that the set's names in RUNTIME/ns and /run/netns exist and lead to its namespaces. They
 * are the last thing that a maker (ARCHITECTURE.md) makes. Returns 0 if they do, or if the set
 * should have no names; -ENOENT if a name is missing or leads elsewhere; or another -errno. */
static int is_published(struct keeper *keeper, const struct set *set)
{
	char path[256];
	struct stat st;

	if (set->traces.visible) {
		for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
			if (!(set->kinds & KIND_BIT(kind)) || kind == KIND_MNT)
				continue;
			snprintf(path, sizeof(path), "ns/%u/%s/%s", set->owner, set->name,
				 kind_name(kind));
			if (fstatat(keeper->runtime_fd, path, &st, 0) < 0)
				return negative_errno();
			if (st.st_ino != set->inodes[kind])
				return -ENOENT;
		}
	}
	if (!set->traces.ip_netns)
		return 0;
	snprintf(path, sizeof(path), "/run/netns/%s", set->name);
	if (stat(path, &st) < 0)
		return negative_errno();
	return st.st_ino == set->inodes[KIND_NET] ? 0 : -ENOENT;
}

/* Callback of cgroup_each_process() for the set's own cgroup (name "", unlike cgroups below it).
 * The only process there is the set's init: stores it. Returns 0 or -errno. */
static int take_init(pid_t pid, const char *name, void *context)
{
	struct set *set = context;

	if (*name)
		return 0;
	set->init_pid = pid;
	return process_start_time(pid, &set->init_start);
}

/* Completes a half-made set in the registry, if its maker has finished and only the daemon's record
 * of that is missing. Returns 0, or -errno if something else is missing or cannot be examined. */
static int complete_creation(struct keeper *keeper, struct set *set)
{
	_cleanup_fd_ int cgroup_fd = -1;
	/* Adopted namespaces are checked after they were pinned, so a set with all pins may be
	 * unchecked. In a caller's cgroup, any process could be put in the place of the init. */
	int r = set->adopted || set->callers_cgroup ? -ENOENT : 0;

	for (enum kind kind = 0; r == 0 && kind < KIND_COUNT; kind++)
		if (set->kinds & KIND_BIT(kind))
			r = recover_pin(keeper, set, kind);
	if (r < 0)
		return r;
	/* the maker makes all links before the first pin */
	link_all_made(keeper, set);
	r = is_published(keeper, set);
	if (r < 0 || !(set->kinds & KIND_BIT(KIND_PID)))
		return r;
	cgroup_fd = view_open_cgroup(keeper, set);
	if (cgroup_fd < 0)
		return cgroup_fd;
	r = cgroup_each_process(cgroup_fd, false, take_init, set);
	return r < 0 || set->init_pid > 0 ? r : -ESRCH;
}

/* Looks for a pin or an init that the set should have but does not have. *ret: the name of the
 * first one, or NULL if none is missing. Returns 0, or -errno if the set cannot be examined. */
static int find_missing(struct keeper *keeper, struct set *set, const char **ret)
{
	_cleanup_fd_ int fd = -1;

	*ret = NULL;
	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		ino_t recorded = set->inodes[kind];
		int r = recorded ? recover_pin(keeper, set, kind) : 0;

		if (is_shortage(r))
			return r;
		if (r < 0 || set->inodes[kind] != recorded) {
			*ret = kind_name(kind);
			return 0;
		}
	}
	if (set->init_pid == 0)
		return 0;
	fd = process_find(set->init_pid, set->init_start);
	if (fd < 0)
		*ret = "init";
	return is_shortage(fd) ? fd : 0;
}

static bool is_frozen(struct keeper *keeper, const struct set *set)
{
	_cleanup_fd_ int cgroup_fd = -1, events_fd = -1;
	bool populated, frozen = false;

	cgroup_fd = view_open_cgroup(keeper, set);
	events_fd = cgroup_fd < 0 ? -1 : cgroup_open_events(cgroup_fd);
	return events_fd >= 0 && cgroup_read_events(events_fd, &populated, &frozen) == 0 && frozen;
}

int recover_set(struct keeper *keeper, struct set *set)
{
	struct log_fields fields = {.has_uid = true, .uid = set->owner, .set = set->name};
	const char *missing;
	int r = set->state == SET_CREATING ? complete_creation(keeper, set) : 0;

	if (is_shortage(r))
		return r;
	if (set->state == SET_CREATING && r == 0) {
		set->state = SET_READY;
		set->announced = true;
		lease_begin(keeper, set);
		store_write_set(keeper->store, set);
		log_line(LOG_NOTICE, &fields, "set was complete: taken over");
	}
	/* a set ends with the set around it and, if it is in its caller's cgroup, with its init */
	if ((set->above && !registry_find_at(keeper->registry, set->above)) ||
	    (set->callers_cgroup && set->state == SET_READY &&
	     process_is_ending(set->init_pid, set->init_start)))
		set->state = SET_REMOVING;
	/* the command with which the set ends has ended, or was never started: nothing else would
	 * end the set */
	if (set->run && set->state == SET_READY && !set_awaits_command(set))
		set->state = SET_REMOVING;
	if (set->state == SET_CREATING || set->state == SET_REMOVING) {
		log_line(LOG_NOTICE, &fields, "set was %s: removed",
			 set->state == SET_CREATING ? "not complete" : "being removed");
		recover_remove(keeper, set);
		return 0;
	}
	r = find_missing(keeper, set, &missing);
	if (r < 0)
		return r;
	if (missing && set->state == SET_BROKEN)
		registry_break_set(set, "its %s is gone", missing);
	if (missing && set->state == SET_READY) {
		registry_break_set(set, "its %s is gone", missing);
		log_line(LOG_ERR, &fields, "set is broken: its %s is gone", missing);
	}
	set->frozen = is_frozen(keeper, set);
	lease_resume(keeper, set);
	return 0;
}
