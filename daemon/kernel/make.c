/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A maker: makes one set. It is a child of a worker, shares the worker's memory while the worker
 * waits, and is born in the set's cgroup. The kernel charges the caller with what the maker makes
 * (privilege_charge()). The maker reports through the worker's channel. If the maker is killed at
 * any point, child_remove() removes all that it has made.
 *
 *	plain set				set with a user namespace
 *	one process				maker (root)		its inner process
 *	prepare mounts				prepare mounts
 *	charge, unshare							charge, unshare
 *						maps, clocks
 *	network, host name, clocks		network, host name
 *	mounts					mounts (a child)
 *	init					init
 *	pins					pins
 *
 * The maker also starts the init of a set with a user namespace, from outside, with credentials of
 * the host over which the owner has no power (docs/adr/0002, docs/kernel.md, 17).
 */
#include "daemon/kernel/child.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/make-step.h"
#include "daemon/kernel/pin.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/resolver.h"

/* --- a plain set: one process --- */

static int start_plain_init(struct maker *maker)
{
	struct identity init = maker_init_identity(maker->host);
	struct init_start start = {
		.identity = &init, .files = &maker->identity, .join_fd = -1, .mnt_fd = -1};

	int r = maker_make_pid_namespace(maker);

	return r < 0 ? r : maker_start_init(maker, &start);
}

static int make_plain(struct maker *maker)
{
	int r = maker_enter_wall(maker);

	if (r == 0)
		r = maker_make_namespaces(maker);
	if (r == 0)
		r = maker_enter_own_cgroup(maker, 0);
	if (r == 0)
		r = maker_open_namespaces(maker, 0);
	fault_point("create-unshared");
	if (r == 0 && maker_has(maker, KIND_NET))
		r = maker_set_up_network(maker);
	if (r == 0)
		r = maker_set_hostname(maker);
	if (r == 0)
		r = maker_set_settings(maker);
	if (r == 0)
		r = maker_set_clocks(maker, "/proc/self/timens_offsets");
	if (r == 0)
		r = maker_make_tree(maker);
	if (r == 0 && maker_has(maker, KIND_MNT))
		r = maker_set_up_mounts(maker);
	if (r == 0 && maker->needs_resolver)
		r = maker_set_up_resolver(maker);
	fault_point("create-furnished");
	if (r == 0 && maker_has(maker, KIND_PID) && !maker->task->no_init)
		r = start_plain_init(maker);
	return r;
}

/* --- both kinds of sets --- */

static int pin_all(struct maker *maker)
{
	char path[64];
	int r;

	r = pin_enter_vault(maker->host, &maker->fault);
	if (r < 0)
		return r;
	/* through the vault's /proc: in the set another file system may be mounted there by now */
	if (maker->init_pid > 0) {
		snprintf(path, sizeof(path), "/proc/%d/ns/pid", maker->init_pid);
		maker->fds[KIND_PID] = open(path, O_RDONLY | O_CLOEXEC);
		if (maker->fds[KIND_PID] < 0)
			return maker_fail(maker, STEP_PIN, KIND_PID);
	}
	r = pin_in_vault(&maker->task->set, maker->fds, &maker->fault);
	fault_point("create-pinned");
	if (r == 0)
		r = pin_on_host(maker->host, &maker->task->set, maker->fds, &maker->fault);
	return r < 0 ? r : maker_move_init(maker);
}

/* Fills in the inodes, ids and pid by which the keeper identifies the set's namespaces and its
 * init. */
static int fill_report(struct maker *maker, struct task_report *report)
{
	int r = 0;

	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		if (maker->fds[kind] < 0)
			continue;
		r = pin_identify(maker->fds[kind], &report->inodes[kind], &report->ids[kind]);
		if (r < 0)
			return fault_set(&maker->fault, STEP_PIN, kind, -r);
	}
	fault_point("create-moved");
	report->way_shift = maker->way_shift;
	report->foreign = maker->foreign;
	report->uid_map = maker->uid_map;
	report->gid_map = maker->gid_map;
	report->init_pid = maker->init_pid;
	if (maker->init_pid == 0)
		return 0;
	r = maker_leave_time(maker);
	if (r < 0)
		return r;
	return fault_if(&maker->fault, STEP_INIT, 0,
			process_start_time(maker->init_pid, &report->init_start));
}

static void take_identity(struct maker *maker)
{
	const struct task_identity *identity = &maker->task->identity;

	for (size_t i = 0; i < identity->n_groups; i++)
		maker->groups[i] = identity->groups[i].id;
	maker->identity =
		(struct identity){identity->uid, identity->gid, maker->groups, identity->n_groups};
}

/* Returns true if files in /etc or sockets of resolvers must be covered. Does not search the
 * caller's tree for them: any set with another tree is treated. */
static bool needs_resolver(const struct maker *maker)
{
	const struct task_create *task = maker->task;

	if (maker->wall.root_fd >= 0)
		return task->resolver.given;
	return resolver_is_needed(&task->resolver, task->spec.root_fd >= 0 || task->spec.root_path);
}

static int make(struct maker *maker)
{
	int r = maker_prepare_mounts(maker);

	if (r < 0)
		return r;
	maker->mounts.walled = maker->wall.root_fd >= 0;
	maker->mounts.own_servers = maker->task->resolver.own;
	maker->needs_resolver = needs_resolver(maker);
	return maker_has_inner(maker) ? make_with_user(maker) : make_plain(maker);
}

void child_make(const struct host *host, const struct task_create *task, struct task_report *report,
		struct fault *fault)
{
	struct maker maker = {.host = host,
			      .task = task,
			      .spec = &task->spec,
			      .time_fd = -1,
			      .inner_fd = -1,
			      .channel_fd = -1,
			      .own_procs_fd = -1,
			      .callers_procs_fd = -1};
	int r;

	fault_point("create-started");
	memset(maker.fds, -1, sizeof(maker.fds));
	maker.mounts.sysfs_fd = task->sysfs_fd;
	maker.mounts.proc_fd = host->proc_fd;
	maker.mounts.user_fd = -1;
	maker.mounts.devices = task->devices;
	maker.mounts.n_devices = task->n_devices;
	take_identity(&maker);
	r = maker_open_cgroups(&maker);
	if (r == 0)
		r = maker_open_wall(&maker);
	if (r == 0)
		r = task->adopt.name ? maker_adopt(&maker) : make(&maker);
	if (r == 0)
		r = pin_all(&maker);
	if (r == 0)
		(void)fill_report(&maker, report);
	*fault = maker.fault;
}
