/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes a set with a user namespace, or within the user namespace of another set, by two processes:
 * an inner process makes the namespaces; the maker stays outside and does what needs the host's
 * rights. The mounts are made by a child of the maker, in a mount namespace of the host's, which is
 * then copied into the user namespace. So the kernel locks them: root inside can neither unmount
 * them nor change their flags (docs/adr/0019).
 */
#include <sched.h>
#include <sys/mman.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/limits.h"
#include "daemon/kernel/make-step.h"
#include "daemon/kernel/mount.h"
#include "daemon/kernel/pass.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/settings.h"

/* --- the inner process --- */

static int say(int channel_fd, const void *data, size_t size)
{
	return send(channel_fd, data, size, MSG_NOSIGNAL) < 0 ? negative_errno() : 0;
}

/* Sent by the inner process: its fault, if any, and the pid of an init that it has started. */
struct inner_report {
	struct fault fault;
	int32_t init_pid;
};

/* Starts the init, in the set's mount namespace, which the maker sends if there is one. */
static int start_init_inside(struct maker *maker)
{
	const struct identity inside = {
		.uid = maker->task->inside_uid,
		.gid = maker->task->inside_gid,
	};
	struct init_start start = {.identity = &inside, .inner = true, .join_fd = -1, .mnt_fd = -1};

	if (maker_has(maker, KIND_MNT)) {
		_cleanup_fd_ int mnt_fd = pass_receive(maker->channel_fd);

		if (mnt_fd < 0 || setns(mnt_fd, CLONE_NEWNS) < 0)
			return maker_fail(maker, STEP_JOIN, KIND_MNT);
	}
	return maker_start_init(maker, &start);
}

/* Takes the caller's limits, because a user namespace takes over those of the process that makes
 * it. Does nothing for root, whose user namespaces are not limited, and without a user namespace of
 * the set's own. */
static int take_limits(struct maker *maker)
{
	const struct task_create *task = maker->task;
	int r;

	if (maker->identity.uid == 0 || !maker_has(maker, KIND_USER))
		return 0;
	r = limits_apply_namespace(task->resources, task->n_resources);
	if (r == 0)
		r = privilege_take_real_id(maker->host->init_uid);
	return fault_if(&maker->fault, STEP_LIMITS, 0, r);
}

static void __attribute__((noreturn)) child_inner(struct maker *maker)
{
	struct inner_report report = {};
	char order;
	int r;

	child_ends_with_parent();
	r = take_limits(maker);
	if (r == 0)
		r = maker_enter_wall(maker);
	if (r == 0)
		r = maker_enter_tree(maker);
	if (r == 0)
		r = maker_make_namespaces(maker);
	/* if this cannot be sent, the process ends, and the maker notices that */
	report.fault = maker->fault;
	if (say(maker->channel_fd, &report, sizeof(report)) < 0)
		_exit(1);
	while (r == 0 && recv(maker->channel_fd, &order, 1, 0) == 1) {
		r = start_init_inside(maker);
		report = (struct inner_report){maker->fault, maker->init_pid};
		if (say(maker->channel_fd, &report, sizeof(report)) < 0)
			_exit(1);
	}
	_exit(0);
}

/* --- the maker --- */

static int hear(struct maker *maker)
{
	struct inner_report report;

	if (recv(maker->channel_fd, &report, sizeof(report), 0) != sizeof(report))
		return fault_set(&maker->fault, STEP_LOST, 0, EPIPE);
	maker->fault = report.fault;
	maker->init_pid = report.init_pid;
	return -report.fault.error;
}

/* Orders the inner process to start the init, and receives its report. */
static int order_init(struct maker *maker)
{
	int r = say(maker->channel_fd, "i", 1);

	if (r < 0)
		return fault_set(&maker->fault, STEP_LOST, 0, -r);
	if (maker_has(maker, KIND_MNT))
		pass_send(maker->channel_fd, maker->fds[KIND_MNT]);
	return hear(maker);
}

static int start_inner(struct maker *maker, pid_t *ret_pid)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return maker_fail(maker, STEP_FORK, 0);
	pid = process_fork(0, -1, &maker->inner_fd);
	if (pid == 0) {
		close_fd(pair[0]);
		maker->channel_fd = pair[1];
		child_inner(maker);
	}
	close_fd(pair[1]);
	maker->channel_fd = pair[0];
	if (pid < 0)
		return fault_set(&maker->fault, STEP_FORK, 0, -pid);
	*ret_pid = pid;
	return hear(maker);
}

static int write_map(pid_t pid, const char *file, const struct wire_map *map)
{
	/* the kernel accepts a map in one write only, of less than a page */
	char path[64], text[MAP_RANGES_MAX * sizeof("4294967295 4294967295 4294967295")];
	size_t used = 0;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	for (size_t i = 0; i < map->n_ranges; i++)
		used += snprintf(text + used, sizeof(text) - used, "%u %u %u\n",
				 map->ranges[i].inside, map->ranges[i].outside,
				 map->ranges[i].count);
	return maker_write(path, text);
}

/*
 * Writes the maps that the keeper has decided on. If setgroups(2) is to be denied, this happens
 * before the gid map is written: otherwise the user could drop a group that a file excludes
 * (docs/kernel.md, 12).
 */
static int write_maps(const struct maker *maker, pid_t pid)
{
	char path[64];
	int r = 0;

	snprintf(path, sizeof(path), "/proc/%d/setgroups", pid);
	if (!maker->task->setgroups)
		r = maker_write(path, "deny");
	if (r == 0)
		r = write_map(pid, "uid_map", &maker->spec->uid_map);
	return r < 0 ? r : write_map(pid, "gid_map", &maker->spec->gid_map);
}

/* Writes the maps from within the user namespace that the new one is below: from elsewhere, the
 * kernel takes none. Ends with the errno. */
static void __attribute__((noreturn)) child_scribe(const struct maker *maker, pid_t pid)
{
	int r;

	child_ends_with_parent();
	r = setns(maker->home_fd, CLONE_NEWUSER) < 0 ? negative_errno() : 0;
	privilege_conceal();
	_exit(r < 0 ? -r : -write_maps(maker, pid));
}

static int write_maps_at_home(struct maker *maker, pid_t pid)
{
	pid_t scribe = process_fork(0, -1, NULL);
	int status, r;

	if (scribe == 0)
		child_scribe(maker, pid);
	r = scribe < 0 ? scribe : process_wait(scribe, &status);
	if (r < 0)
		return r;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

static int map_ids(struct maker *maker, pid_t pid)
{
	int r;

	if (!maker_has(maker, KIND_USER))
		return 0;
	r = maker->home_fd < 0 ? write_maps(maker, pid) : write_maps_at_home(maker, pid);
	return fault_if(&maker->fault, STEP_MAPS, 0, r);
}

/* Sets up the network, the host name and settings with the host's ids, from outside. */
static int configure_from_outside(struct maker *maker)
{
	uint32_t ipc = settings_has(maker->spec, KIND_IPC) ? KIND_BIT(KIND_IPC) : 0;
	int flags = kind_clone_flags(maker->spec->kinds &
				     (KIND_BIT(KIND_NET) | KIND_BIT(KIND_UTS) | ipc));
	int r;

	if (flags && setns(maker->inner_fd, flags) < 0)
		return maker_fail(maker, STEP_JOIN, KIND_NET);
	if (maker_has(maker, KIND_NET) && maker_set_up_network(maker) < 0)
		return -maker->fault.error;
	r = maker_set_hostname(maker);
	return r < 0 ? r : maker_set_settings(maker);
}

/*
 * Lets the inner process start the init, because before Linux 6.11 the pid namespace cannot be
 * opened before its first process exists. The owner can signal such an init, but harms only its own
 * set.
 */
static int start_inner_init(struct maker *maker, const struct init_start *outer)
{
	char path[64];
	_cleanup_fd_ int pid_ns_fd = -1;
	int r;

	/* the inner process would report the init's pid in the caller's pid namespace, which means
	 * nothing here */
	if (maker->wall.fds[KIND_PID] >= 0)
		return fault_set(&maker->fault, STEP_JOIN, KIND_PID, EOPNOTSUPP);
	r = order_init(maker);
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "/proc/%d/ns/pid", maker->init_pid);
	pid_ns_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (pid_ns_fd < 0 || setns(pid_ns_fd, CLONE_NEWPID) < 0)
		return maker_fail(maker, STEP_JOIN, KIND_PID);
	return maker_has(maker, KIND_MNT) ? init_mount_procs(outer, &maker->fault) : 0;
}

/* --- the tree --- */

struct tree_report {
	struct fault fault;
	int mnt_fd;
};

static void __attribute__((noreturn)) child_proc(void *context _unused_, int channel_fd)
{
	child_begin();
	pass_send(channel_fd, mount_new("proc", MOUNT_SAFE, NULL));
	_exit(EXIT_SUCCESS);
}

/* Makes the procfs of a pid namespace that is empty once this process and its child have ended. */
static void __attribute__((noreturn)) child_empty_proc(void *context, int channel_fd)
{
	struct maker *maker = context;
	int r;

	child_begin();
	r = privilege_charge(&maker->identity);
	if (r == 0 && unshare(CLONE_NEWPID) < 0)
		r = negative_errno();
	pass_send(channel_fd, r < 0 ? r : pass_from_child(child_proc, NULL));
	_exit(EXIT_SUCCESS);
}

/* Mounts a /proc without processes. A command that is process 1 mounts its own on it: in the user
 * namespace, the kernel demands that one can be seen already. */
static int lend_proc(struct maker *maker)
{
	_cleanup_fd_ int proc_fd = -1, target_fd = -1;
	int r;

	/* with the host's rights, no /proc of a set's pid namespace can be mounted */
	if (!maker->task->no_init || maker->spec->mount_proc != SWITCH_ON ||
	    maker->wall.fds[KIND_PID] >= 0)
		return 0;
	target_fd = mount_open("/proc", O_PATH, &maker->identity);
	proc_fd = target_fd < 0 ? target_fd : pass_from_child(child_empty_proc, maker);
	r = proc_fd < 0 ? proc_fd : mount_put(proc_fd, target_fd);
	return fault_if(&maker->fault, STEP_PROC, 0, r);
}

/* Prepares the tree with the host's rights. The namespaces decide what sysfs, mqueue and cgroup2
 * show. */
static int prepare_tree(struct maker *maker)
{
	int flags =
		kind_clone_flags(maker->spec->kinds & (KIND_BIT(KIND_IPC) | KIND_BIT(KIND_CGROUP)));
	int r;

	if (flags && setns(maker->inner_fd, flags) < 0)
		return maker_fail(maker, STEP_JOIN, KIND_COUNT);
	r = privilege_groups(&maker->identity);
	if (r < 0)
		return fault_set(&maker->fault, STEP_IDENTITY, 0, -r);
	r = maker_enter_tree(maker);
	if (r == 0 && unshare(CLONE_NEWNS) < 0)
		return maker_fail(maker, STEP_UNSHARE, KIND_MNT);
	maker->mounts.user_fd = maker->fds[KIND_USER];
	if (r == 0)
		r = maker_set_up_mounts(maker);
	return r < 0 ? r : lend_proc(maker);
}

/* Makes the set's mount namespace, a copy of the tree in which everything is locked. The copy does
 * not share mounts with others, so propagation is set again. */
static int copy_tree(struct maker *maker)
{
	int user_fd = maker_has(maker, KIND_USER) ? maker->fds[KIND_USER] : maker->home_fd;
	int r;

	if (setns(user_fd, CLONE_NEWUSER) < 0)
		return maker_fail(maker, STEP_JOIN, KIND_USER);
	privilege_conceal();
	r = maker_make_mount_namespace(maker);
	return r < 0 ? r : mounts_propagate(maker->host, maker->spec->propagation, &maker->fault);
}

static void __attribute__((noreturn)) child_tree(struct maker *maker, struct tree_report *ret)
{
	child_ends_with_parent();
	if (prepare_tree(maker) == 0)
		(void)copy_tree(maker);
	ret->mnt_fd = maker->fds[KIND_MNT];
	ret->fault = maker->fault;
	_exit(0);
}

/* Makes the set's mount namespace, by a child that shares the maker's descriptors. */
static int make_tree(struct maker *maker)
{
	struct tree_report *report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE,
					  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int r, status;
	pid_t pid;

	if (report == MAP_FAILED)
		return maker_fail(maker, STEP_FORK, 0);
	/* the result if the child ends without one */
	report->fault = (struct fault){STEP_LOST, 0, EPIPE};
	pid = process_fork(CLONE_FILES, -1, NULL);
	if (pid == 0)
		child_tree(maker, report);
	r = pid < 0 ? pid : process_wait(pid, &status);
	if (r < 0) {
		r = fault_set(&maker->fault, STEP_FORK, 0, -r);
	} else {
		maker->fault = report->fault;
		maker->fds[KIND_MNT] = report->mnt_fd;
		r = -report->fault.error;
	}
	munmap(report, sizeof(*report));
	return r;
}

/* Mounts the files in /etc from inside the set's mount namespace. Then comes back to the host's,
 * where process 1 makes its procfs. */
static int resolve_from_outside(struct maker *maker)
{
	int r = privilege_groups(&maker->identity);

	if (r < 0)
		return fault_set(&maker->fault, STEP_IDENTITY, 0, -r);
	if (setns(maker->fds[KIND_MNT], CLONE_NEWNS) < 0)
		return maker_fail(maker, STEP_JOIN, KIND_MNT);
	r = maker_set_up_resolver(maker);
	if (r == 0 && setns(maker->host->mnt_fd, CLONE_NEWNS) < 0)
		return maker_fail(maker, STEP_JOIN, KIND_MNT);
	return r;
}

/* Namespaces of the inner process that process 1 joins, too. */
#define JOINED \
	(KIND_BIT(KIND_NET) | KIND_BIT(KIND_UTS) | KIND_BIT(KIND_IPC) | KIND_BIT(KIND_CGROUP))

/* Starts process 1 with credentials of the host, in the pid namespace that the set's user namespace
 * owns. */
static int start_outer_init(struct maker *maker)
{
	struct identity init = maker_init_identity(maker->host);
	struct init_start start = {
		.host = maker->host,
		.spec = maker->spec,
		.identity = &init,
		.files = &maker->identity,
		.join_fd = maker->inner_fd,
		.join_flags = kind_clone_flags(maker->spec->kinds & JOINED),
		.mnt_fd = maker_has(maker, KIND_MNT) ? maker->fds[KIND_MNT] : -1,
	};
	_cleanup_fd_ int pid_ns_fd = process_pid_namespace_of_children(maker->inner_fd);
	int r = privilege_groups(&maker->identity);

	if (r < 0)
		return fault_set(&maker->fault, STEP_IDENTITY, 0, -r);
	if (start.join_flags == 0)
		start.join_fd = -1;
	if (pid_ns_fd < 0)
		return start_inner_init(maker, &start);
	if (setns(pid_ns_fd, CLONE_NEWPID) < 0)
		return maker_fail(maker, STEP_JOIN, KIND_PID);
	return maker_start_init(maker, &start);
}

int make_with_user(struct maker *maker)
{
	char path[64];
	pid_t pid = 0;
	int r;

	/* the inner process makes the set's pid namespace within the caller's */
	if (wall_enter(&maker->wall, KIND_PID) < 0)
		return maker_fail(maker, STEP_JOIN, KIND_PID);
	r = start_inner(maker, &pid);
	if (r == 0)
		r = maker_enter_own_cgroup(maker, 0);
	if (r == 0)
		r = maker_enter_own_cgroup(maker, pid);
	if (r == 0)
		r = maker_open_namespaces(maker, pid);
	fault_point("create-unshared");
	if (r == 0)
		r = map_ids(maker, pid);
	snprintf(path, sizeof(path), "/proc/%d/timens_offsets", pid);
	if (r == 0)
		r = maker_set_clocks(maker, path);
	if (r == 0)
		r = configure_from_outside(maker);
	if (r == 0 && maker_has(maker, KIND_MNT))
		r = make_tree(maker);
	if (r == 0 && maker->needs_resolver)
		r = resolve_from_outside(maker);
	fault_point("create-furnished");
	if (r == 0 && maker_has(maker, KIND_PID) && !maker->task->no_init)
		r = start_outer_init(maker);
	return r;
}
