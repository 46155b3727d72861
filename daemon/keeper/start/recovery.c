/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/base/unique-id.h"
#include "daemon/keeper/network/egress.h"
#include "daemon/keeper/network/link.h"
#include "daemon/keeper/set/pipe-watch.h"
#include "daemon/keeper/set/remove.h"
#include "daemon/keeper/set/run-end.h"
#include "daemon/keeper/set/session-left.h"
#include "daemon/keeper/set/session-end.h"
#include "daemon/keeper/start/recovery-set.h"
#include "daemon/keeper/start/recovery.h"
#include "daemon/keeper/state/store.h"
#include "daemon/keeper/state/view.h"
#include "daemon/keeper/workers/boot-records.h"
#include "daemon/keeper/workers/operation.h"
#include "daemon/kernel/leftover.h"

/* --- makers of an earlier daemon --- */

static int kill_maker(const struct keeper *keeper, const struct set *set, struct leftover *ret)
{
	const struct task_set named = view_task_set(set);
	char path[CGROUP_PATH_SIZE];
	_cleanup_fd_ int own_fd = -1, processes_fd = -1;
	int r = 0;

	cgroup_path(&named, NULL, path);
	own_fd = cgroup_open(keeper->cgroup_fd, path);
	if (own_fd >= 0)
		r = leftover_kill(own_fd, LEFTOVER_PRIVILEGED, ret);
	if (r == 0 && set->callers_cgroup)
		processes_fd = cgroup_of_processes(keeper->cgroup_fd, &named, NULL, cgroup_open);
	if (r == 0 && processes_fd >= 0)
		r = leftover_kill(processes_fd, LEFTOVER_PRIVILEGED, ret);
	return r == 0 && own_fd < 0 && own_fd != -ENOENT ? own_fd : r;
}

static int kill_makers(void *context, struct leftover *ret)
{
	const struct keeper *keeper = context;
	struct set *set = registry_next_set(keeper->registry, 0, NULL);
	int r = 0;

	for (; r == 0 && set; set = registry_next_set(keeper->registry, set->owner, set->name))
		if (set->state == SET_CREATING)
			r = kill_maker(keeper, set, ret);
	return r;
}

/* Kills the processes of an earlier daemon that were making sets: makers and their children. Waits
 * until these have ended or are stuck in the kernel, but at most LEFTOVER_MILLISECONDS. Returns 0
 * or -errno. */
static int end_makers(struct keeper *keeper)
{
	struct leftover left;
	int r = leftover_end(kill_makers, keeper, &left);

	if (r == 0 && left.stuck + left.alive > 0)
		log_warning("%u makers of a daemon before this one are ending, but have not ended: "
			    "their sets will be broken",
			    left.stuck + left.alive);
	return r;
}

/* --- records --- */

struct recovery {
	struct keeper *keeper;
	int error; /* -errno: a record could not be taken over, and the start fails; else 0 */
};

static void on_set(struct set *set, bool by_connection, void *context)
{
	struct recovery *recovery = context;
	struct keeper *keeper = recovery->keeper;
	struct registry_use *use = registry_use(keeper->registry, set->owner);
	int r = use ? registry_add_set(keeper->registry, set) : -ENOMEM;

	set->announced = set->state != SET_CREATING;
	/* A set that ends with its client's connection (by_connection) ends now: all connections
	 * have ended with the earlier daemon. What an unfinished call of Apply has made is removed,
	 * too. */
	if ((by_connection && (set->state == SET_READY || set->state == SET_BROKEN)) ||
	    store_is_applying(keeper->store, set->group))
		set->state = SET_REMOVING;
	if (r == -ENOMEM) {
		recovery->error = r;
		return;
	}
	if (r < 0) {
		log_error("two records of set %s of uid %u: %s is set aside", set->name, set->owner,
			  set->id);
		store_set_aside(keeper->store, "sets", set->id);
		registry_free_set(set);
		return;
	}
	*(set_is_network(set) ? &use->networks : &use->sets) += 1;
}

/* Adds a recorded link to the registry. If a set at one of its ends (ids; "": the host) is gone, or
 * an unfinished call of Apply has made the link, marks the link as removing: link_recover() then
 * removes what is left of it. */
static void on_link(struct link *link, char ids[2][ID_SIZE], void *context)
{
	struct recovery *recovery = context;
	struct keeper *keeper = recovery->keeper;
	struct registry_use *use = registry_use(keeper->registry, link->owner);
	int r;

	link->announced = link->state != LINK_CREATING;
	if (store_is_applying(keeper->store, link->group))
		link->state = LINK_REMOVING;
	for (int i = 0; i < 2; i++) {
		link->ends[i] = *ids[i] ? registry_find_set_id(keeper->registry, ids[i]) : NULL;
		if (*ids[i] && !link->ends[i])
			link->state = LINK_REMOVING;
	}
	r = use ? registry_add_link(keeper->registry, link) : -ENOMEM;
	if (r == -ENOMEM) {
		recovery->error = r;
		return;
	}
	if (r < 0) {
		log_error("two records of link %s of uid %u: %s is set aside", link->name,
			  link->owner, link->id);
		store_set_aside(keeper->store, "links", link->id);
		free(link->wire);
		free(link);
		return;
	}
	use->links++;
}

static void on_session(struct session *session, const char *set_id, void *context)
{
	struct recovery *recovery = context;
	struct keeper *keeper = recovery->keeper;
	int r;

	session->set = registry_find_set_id(keeper->registry, set_id);
	r = session->set ? registry_add_session(keeper->registry, session) : -ENOENT;
	if (r == -ENOMEM) {
		recovery->error = r;
	} else if (r < 0) {
		store_remove_session(keeper->store, session->id);
		free(session->words);
		free(session);
	} else {
		r = session->ended ? session_recover_left(keeper, session)
				   : session_recover(keeper, session);
		if (r < 0)
			recovery->error = r;
	}
}

static void on_bad(const char *directory, const char *name, int outcome, const char *why,
		   void *context)
{
	struct keeper *keeper = ((struct recovery *)context)->keeper;

	if (outcome == STORE_OLD_BOOT) {
		log_notice("%s/%s is of another boot: forgotten", directory, name);
		store_forget(keeper->store, directory, name);
		return;
	}
	log_error("%s/%s cannot be read and is set aside: %s", directory, name, why);
	store_set_aside(keeper->store, directory, name);
}

/* --- objects without a record --- */

/* Calls callback() for each directory in the directory `path`, which is relative to parent_fd. fd:
 * descriptor of `path`. name: name of the directory in `path`. context: as given here. Does nothing
 * if `path` cannot be opened. */
static void each_entry(int parent_fd, const char *path,
		       void (*callback)(struct recovery *recovery, int fd, const char *name,
					void *context),
		       struct recovery *recovery, void *context)
{
	DIR *directory = directory_open(parent_fd, path);
	struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.' && entry->d_type == DT_DIR)
			callback(recovery, dirfd(directory), entry->d_name, context);
	closedir(directory);
}

static void on_vault_name(struct recovery *recovery, int fd _unused_, const char *name,
			  void *context)
{
	struct keeper *keeper = recovery->keeper;
	uid_t owner = *(const uid_t *)context;
	struct set *set;

	if (!name_is_valid(name + (*name == NETWORK_SIGN)) ||
	    registry_find_set(keeper->registry, owner, name))
		return;
	set = calloc(1, sizeof(*set));
	if (!set)
		return;
	set->owner = owner;
	set->gid = owner;
	snprintf(set->name, sizeof(set->name), "%s", name);
	unique_id_new(set->id);
	registry_break_set(set, "it was found without a record");
	set->created = clock_wall();
	for (enum kind kind = 0; kind < KIND_COUNT; kind++)
		if (recover_pin(keeper, set, kind) == 0)
			set->kinds |= KIND_BIT(kind);
	/* Lets the removal look for published names. The set may have none, which does no harm. */
	set->traces.visible = true;
	on_set(set, false, recovery);
	log_line(LOG_ERR, &(struct log_fields){.has_uid = true, .uid = owner, .set = name},
		 "found in the vault without a record: listed as broken");
}

static void on_vault_owner(struct recovery *recovery, int fd, const char *name,
			   void *context _unused_)
{
	uid_t owner = strtoul(name, NULL, 10);

	each_entry(fd, name, on_vault_name, recovery, &owner);
}

static void on_any(struct recovery *recovery _unused_, int fd _unused_, const char *name _unused_,
		   void *context)
{
	*(bool *)context = true;
}

/* Logs if sets are ready but the vault has no pins, as after it was unmounted. For each set,
 * recovery also logs what is missing. */
static void tell_if_vault_is_lost(struct recovery *recovery)
{
	struct keeper *keeper = recovery->keeper;
	struct set *set = registry_next_set(keeper->registry, 0, NULL);
	bool holds_any = false;

	while (set && set->state != SET_READY)
		set = registry_next_set(keeper->registry, set->owner, set->name);
	each_entry(keeper->vault_fd, "ns", on_any, recovery, &holds_any);
	if (set && !holds_any)
		log_error("the vault is a new one: %s/vault has been unmounted, and the sets that "
			  "it held are broken",
			  keeper->runtime);
}

static void on_stray_removed(struct operation *operation _unused_, const struct task_report *report)
{
	if (report->step)
		log_error("a cgroup that belongs to no set cannot be removed: %s",
			  strerror(report->error));
}

static void on_cgroup_id(struct recovery *recovery, int fd _unused_, const char *name,
			 void *context)
{
	struct keeper *keeper = recovery->keeper;
	struct operation *operation;
	struct task_remove task;

	if (!id_is_valid(name) || registry_find_set_id(keeper->registry, name))
		return;
	log_notice("cgroup %u/%s belongs to no set: its processes are killed, and it is removed",
		   *(const uid_t *)context, name);
	wire_clear(&task_remove_layout, &task);
	task.set.owner = *(const uid_t *)context;
	task.set.id = name;
	if (operation_new(keeper, task.set.owner, TURN_CLEANUP, 30, &operation) < 0)
		return;
	operation->done = on_stray_removed;
	operation_send(operation, TASK_REMOVE, &task);
}

static void on_cgroup_owner(struct recovery *recovery, int fd, const char *name,
			    void *context _unused_)
{
	uid_t owner = strtoul(name, NULL, 10);

	each_entry(fd, name, on_cgroup_id, recovery, &owner);
}

/* --- the whole recovery --- */

/* Returns true if the set was made to end with a command (set->run), and must be removed now: its
 * removal has begun, or the command has ended or was never started. */
static bool has_ended(const struct set *set)
{
	return set->run && (set->state == SET_REMOVING ||
			    (set->state == SET_READY && !set_awaits_command(set)));
}

static int recover_sets(struct keeper *keeper)
{
	struct set *set = registry_next_set(keeper->registry, 0, NULL);
	int r = 0;

	for (; set; set = registry_next_set(keeper->registry, set->owner, set->name))
		if (has_ended(set))
			run_end_mark(keeper, set);
	set = registry_next_set(keeper->registry, 0, NULL);
	for (; r == 0 && set; set = registry_next_set(keeper->registry, set->owner, set->name))
		r = recover_set(keeper, set);
	/* continue removals of sets that have waited until the sets within them were removed */
	for (set = registry_next_set(keeper->registry, 0, NULL); r == 0 && set;
	     set = registry_next_set(keeper->registry, set->owner, set->name))
		remove_go_on(keeper, set);
	return r;
}

static void recover_links(struct keeper *keeper)
{
	struct link *link = registry_next_link(keeper->registry, 0, NULL);

	while (link) {
		char name[NAME_SIZE];
		uid_t owner = link->owner;

		/* link_recover() may free the link */
		memcpy(name, link->name, sizeof(name));
		link_recover(keeper, link);
		link = registry_next_link(keeper->registry, owner, name);
	}
}

int recover(struct keeper *keeper)
{
	static const struct store_callbacks callbacks = {
		.set = on_set, .link = on_link, .session = on_session, .bad = on_bad};
	struct recovery recovery = {.keeper = keeper};
	int r = store_load(keeper->store, &callbacks, &recovery);

	if (r == 0)
		r = recovery.error;
	if (r == 0) {
		tell_if_vault_is_lost(&recovery);
		boot_load(keeper);
		each_entry(keeper->vault_fd, "ns", on_vault_owner, &recovery, NULL);
		r = end_makers(keeper);
	}
	if (r == 0)
		r = recover_sets(keeper);
	if (r == 0)
		pipe_watch_recover(keeper);
	if (r < 0) {
		log_error("cannot take over what is in %s: %s", keeper->runtime, strerror(-r));
		return r;
	}
	recover_links(keeper);
	/* all objects of unfinished calls of Apply have been recorded as removing by now */
	store_end_all_applies(keeper->store);
	egress_start(keeper);
	each_entry(keeper->cgroup_fd, ".", on_cgroup_owner, &recovery, NULL);
	return 0;
}

/* Returns true if an operation or the removal of a set is in progress. A removal need not have an
 * operation: it may wait for a runner (the parent of a command) to end. */
static bool is_removing(struct keeper *keeper)
{
	for (struct set *set = registry_next_set(keeper->registry, 0, NULL); set;
	     set = registry_next_set(keeper->registry, set->owner, set->name))
		if (set->work)
			return true;
	return operation_count() > 0;
}

int recover_purge(struct keeper *keeper)
{
	size_t left;

	for (struct set *set = registry_next_set(keeper->registry, 0, NULL); set;
	     set = registry_next_set(keeper->registry, set->owner, set->name))
		recover_remove(keeper, set);
	while (is_removing(keeper))
		event_base_loop(keeper->loop, EVLOOP_ONCE);
	left = registry_count_sets(keeper->registry);
	if (left > 0)
		log_error("%zu sets could not be removed", left);
	return left > 0 ? -EBUSY : 0;
}
