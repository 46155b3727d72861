/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/firewall.h"
#include "daemon/kernel/init.h"
#include "daemon/kernel/link.h"
#include "daemon/kernel/make.h"
#include "daemon/kernel/mounts.h"
#include "daemon/kernel/net.h"
#include "daemon/kernel/pin.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/resolver.h"
#include "daemon/kernel/vault.h"

#ifndef PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE
#define PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE _IO(0xFF, 6)
#endif
#define CPUS_MAX 64

struct maker {
	const struct host *host;
	const struct task_create *task;
	const struct wire_spec *spec;
	struct identity identity;      /* the caller's */
	gid_t groups[TASK_GROUPS_MAX]; /* behind identity.groups */
	struct mounts mounts;
	int fds[KIND_COUNT]; /* the new namespaces */
	int inner_fd;	     /* pidfd of the inner process, -1 in a plain set */
	int channel_fd;	     /* maker: to the inner process; inner: to the maker */
	pid_t init_pid;
	struct fault fault;
};

static bool has(const struct maker *maker, enum kind kind)
{
	return maker->spec->kinds & KIND_BIT(kind);
}

static int fail(struct maker *maker, enum step step, uint32_t detail)
{
	return fault_set(&maker->fault, step, detail, errno);
}

static int write_proc(const char *path, const char *text)
{
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? negative_errno() : 0;
}

/* --- in the new namespaces --- */

/* Opens the namespaces that pid (0: this process) has just made; the pid namespace has no name yet,
 * as it has no process. */
static int open_namespaces(struct maker *maker, pid_t pid)
{
	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		char path[64], who[16];

		if (!has(maker, kind) || kind == KIND_PID)
			continue;
		snprintf(who, sizeof(who), "%d", pid);
		snprintf(path, sizeof(path), "/proc/%s/ns/%s%s", pid ? who : "self",
			 kind_name(kind), kind == KIND_TIME ? "_for_children" : "");
		maker->fds[kind] = open(path, O_RDONLY | O_CLOEXEC);
		if (maker->fds[kind] < 0)
			return fail(maker, STEP_UNSHARE, kind);
	}
	return 0;
}

/*
 * A mount namespace must be younger than the vault to be pinned there, by ids that come from a
 * batch for each CPU (testbed of kernel 6.18): made again on another CPU until it is.
 */
static int make_young_enough(struct maker *maker)
{
	cpu_set_t all, one;

	if (!has(maker, KIND_MNT) || maker->host->vault_id == 0)
		return 0;
	CPU_ZERO(&all);
	for (int cpu = 0; cpu < CPUS_MAX; cpu++) {
		_cleanup_fd_ int fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
		uint64_t id = fd < 0 ? 0 : vault_mnt_id(fd);

		if (id == 0 || id > maker->host->vault_id)
			break;
		if (CPU_COUNT(&all) == 0 && sched_getaffinity(0, sizeof(all), &all) < 0)
			return fail(maker, STEP_UNSHARE, KIND_MNT);
		if (!CPU_ISSET(cpu, &all))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (sched_setaffinity(0, sizeof(one), &one) < 0 || unshare(CLONE_NEWNS) < 0)
			return fail(maker, STEP_UNSHARE, KIND_MNT);
	}
	if (CPU_COUNT(&all) > 0 && sched_setaffinity(0, sizeof(all), &all) < 0)
		return fail(maker, STEP_UNSHARE, KIND_MNT);
	return 0;
}

/* But for a net namespace that was made in advance. */
static uint32_t kinds_to_make(const struct maker *maker)
{
	return maker->spec->kinds & ~(maker->task->net_fd >= 0 ? KIND_BIT(KIND_NET) : 0);
}

/* The kernel makes all of them or none, and does not say whose limit it was: one by one they tell,
 * the user namespace first, which owns the others. KIND_COUNT: it is none's any more. */
static enum kind kind_at_limit(const struct maker *maker)
{
	if (has(maker, KIND_USER) && unshare(CLONE_NEWUSER) < 0)
		return KIND_USER;
	for (enum kind kind = 0; kind < KIND_COUNT; kind++)
		if (kind != KIND_USER && kinds_to_make(maker) & KIND_BIT(kind) &&
		    unshare(kind_clone_flag(kind)) < 0)
			return kind;
	return KIND_COUNT;
}

static int make_namespaces(struct maker *maker)
{
	int r = privilege_charge(&maker->identity);

	if (r < 0)
		return fault_set(&maker->fault, STEP_IDENTITY, 0, -r);
	child_ends_with_parent();
	if (maker->task->net_fd >= 0 && setns(maker->task->net_fd, CLONE_NEWNET) < 0)
		return fail(maker, STEP_JOIN, KIND_NET);
	if (unshare(kind_clone_flags(kinds_to_make(maker))) < 0) {
		int error = errno;
		enum kind kind = error == ENOSPC ? kind_at_limit(maker) : KIND_COUNT;

		return fault_set(&maker->fault, STEP_UNSHARE, kind, error);
	}
	return make_young_enough(maker);
}

/* Making links leads through other net namespaces: back into the set's afterwards. */
static int make_links(struct maker *maker)
{
	const struct task_create *task = maker->task;
	int r = 0;

	if (task->bridge.given)
		r = link_make_bridge(maker->host, &task->bridge, &maker->fault);
	if (r < 0 || task->n_links == 0)
		return r;
	r = link_make_all(maker->host, task->links, task->n_links, maker->fds[KIND_NET],
			  &maker->fault);
	fault_point("create-linked");
	if (r == 0 && task->firewall.given)
		r = firewall_add(maker->host, &task->firewall, task->links, task->n_links,
				 &maker->fault);
	if (r == 0 && setns(maker->fds[KIND_NET], CLONE_NEWNET) < 0)
		return fail(maker, STEP_JOIN, KIND_NET);
	for (size_t i = 0; r == 0 && i < task->n_links; i++)
		if (task->links[i].inner)
			r = firewall_make_inner(task->links[i].a.interface, &maker->fault);
	return r;
}

static int set_up_network(struct maker *maker)
{
	int r = maker->task->net_fd < 0 ? net_set_up(maker->host, &maker->fault) : 0;

	return r < 0 ? r : make_links(maker);
}

static int set_hostname(struct maker *maker)
{
	const char *name = maker->spec->hostname;

	if (name && sethostname(name, strlen(name)) < 0)
		return fail(maker, STEP_HOSTNAME, 0);
	return 0;
}

/* "monotonic SECONDS NANOSECONDS", the latter never negative. */
static int print_offset(char *ret, size_t size, const char *clock, int64_t microseconds)
{
	int64_t seconds = microseconds / 1000000, rest = microseconds % 1000000;

	if (rest < 0) {
		seconds--;
		rest += 1000000;
	}
	return snprintf(ret, size, "%s %lld %lld\n", clock, (long long)seconds,
			(long long)rest * 1000);
}

static int set_clocks(struct maker *maker, const char *path)
{
	char text[128] = "";
	size_t used = 0;
	int r;

	if (maker->spec->has_monotonic)
		used += print_offset(text, sizeof(text), "monotonic", maker->spec->monotonic);
	if (maker->spec->has_boottime)
		used += print_offset(text + used, sizeof(text) - used, "boottime",
				     maker->spec->boottime);
	r = used ? write_proc(path, text) : 0;
	return r < 0 ? fault_set(&maker->fault, STEP_CLOCKS, 0, -r) : 0;
}

static int set_up_mounts(struct maker *maker, const struct identity *files)
{
	int r = mounts_propagate(maker->spec->propagation, &maker->fault);

	return r < 0 ? r : mounts_apply(&maker->mounts, maker->spec, files, &maker->fault);
}

/* With the host's rights: what the set's user is not to write into. */
static int set_up_resolver(struct maker *maker)
{
	return resolver_furnish(&maker->task->resolver, maker->spec, &maker->identity,
				maker->fds[KIND_MNT], &maker->fault);
}

static int start_init(struct maker *maker, struct init_start *start)
{
	pid_t pid;

	start->host = maker->host;
	start->spec = maker->spec;
	pid = init_start(start, &maker->fault);
	if (pid < 0)
		return pid;
	maker->init_pid = pid;
	fault_point("create-init");
	return 0;
}

static struct identity init_identity(const struct host *host)
{
	return (struct identity){.uid = host->init_uid, .gid = host->init_gid};
}

/* --- a plain set: one process --- */

static int make_plain(struct maker *maker)
{
	struct identity init = init_identity(maker->host);
	struct init_start start = {.identity = &init, .files = &maker->identity, .join_fd = -1};
	int r = make_namespaces(maker);

	if (r == 0)
		r = open_namespaces(maker, 0);
	fault_point("create-unshared");
	if (r == 0 && has(maker, KIND_NET))
		r = set_up_network(maker);
	if (r == 0)
		r = set_hostname(maker);
	if (r == 0)
		r = set_clocks(maker, "/proc/self/timens_offsets");
	if (r == 0 && has(maker, KIND_MNT))
		r = set_up_mounts(maker, &maker->identity);
	if (r == 0 && resolver_is_needed(&maker->task->resolver))
		r = set_up_resolver(maker);
	fault_point("create-furnished");
	if (r == 0 && has(maker, KIND_PID) && !maker->task->no_init)
		r = start_init(maker, &start);
	return r;
}

/* --- a set with a user namespace: the inner process --- */

static int say(int channel_fd, const void *data, size_t size)
{
	return send(channel_fd, data, size, MSG_NOSIGNAL) < 0 ? negative_errno() : 0;
}

/* What the inner process tells: its fault, or none, and the pid of an init that it has started. */
struct inner_report {
	struct fault fault;
	int32_t init_pid;
};

/* Orders to it. */
enum inner_order { INNER_FURNISH = 'f', INNER_INIT = 'i' };

static int obey(struct maker *maker, enum inner_order order, const struct identity *inside)
{
	struct init_start start = {.identity = inside, .inner = true, .join_fd = -1};

	if (order == INNER_INIT)
		return start_init(maker, &start);
	if (setgid(inside->gid) < 0 || setuid(inside->uid) < 0)
		return fail(maker, STEP_IDENTITY, 0);
	child_ends_with_parent();
	return has(maker, KIND_MNT) ? set_up_mounts(maker, NULL) : 0;
}

static void __attribute__((noreturn)) child_inner(struct maker *maker)
{
	const struct identity inside = {
		.uid = maker->task->inside_uid,
		.gid = maker->task->inside_gid,
	};
	struct inner_report report = {};
	char order;
	int r;

	r = make_namespaces(maker);
	/* what cannot be said ends it, which the maker sees */
	report.fault = maker->fault;
	if (say(maker->channel_fd, &report, sizeof(report)) < 0)
		_exit(1);
	while (r == 0 && recv(maker->channel_fd, &order, 1, 0) == 1) {
		r = obey(maker, order, &inside);
		report = (struct inner_report){maker->fault, maker->init_pid};
		if (say(maker->channel_fd, &report, sizeof(report)) < 0)
			_exit(1);
	}
	_exit(0);
}

/* --- a set with a user namespace: the maker --- */

static int hear(struct maker *maker)
{
	struct inner_report report;

	if (recv(maker->channel_fd, &report, sizeof(report), 0) != sizeof(report))
		return fault_set(&maker->fault, STEP_LOST, 0, EPIPE);
	maker->fault = report.fault;
	maker->init_pid = report.init_pid;
	return -report.fault.error;
}

static int order(struct maker *maker, char what)
{
	int r = say(maker->channel_fd, &what, 1);

	return r < 0 ? fault_set(&maker->fault, STEP_LOST, 0, -r) : hear(maker);
}

static int start_inner(struct maker *maker, pid_t *ret_pid)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return fail(maker, STEP_FORK, 0);
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
	/* the kernel takes a map in one write, of less than a page */
	char path[64], text[MAP_RANGES_MAX * sizeof("4294967295 4294967295 4294967295")];
	size_t used = 0;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	for (size_t i = 0; i < map->n_ranges; i++)
		used += snprintf(text + used, sizeof(text) - used, "%u %u %u\n",
				 map->ranges[i].inside, map->ranges[i].outside,
				 map->ranges[i].count);
	return write_proc(path, text);
}

/* What the keeper has found to be the caller's. Where setgroups is denied it is so first: it would
 * let the user drop a group that denies it something (kernel fact 12). */
static int write_maps(struct maker *maker, pid_t pid)
{
	char path[64];
	int r = 0;

	snprintf(path, sizeof(path), "/proc/%d/setgroups", pid);
	if (!maker->task->setgroups)
		r = write_proc(path, "deny");
	if (r == 0)
		r = write_map(pid, "uid_map", &maker->spec->uid_map);
	if (r == 0)
		r = write_map(pid, "gid_map", &maker->spec->gid_map);
	return r < 0 ? fault_set(&maker->fault, STEP_MAPS, 0, -r) : 0;
}

/* The maker's own visit to what needs ids of the host. */
static int configure_from_outside(struct maker *maker)
{
	int flags =
		kind_clone_flags(maker->spec->kinds & (KIND_BIT(KIND_NET) | KIND_BIT(KIND_UTS)));

	if (flags && setns(maker->inner_fd, flags) < 0)
		return fail(maker, STEP_JOIN, KIND_NET);
	if (has(maker, KIND_NET) && set_up_network(maker) < 0)
		return -maker->fault.error;
	return set_hostname(maker);
}

/* Before 6.11 the pid namespace cannot be had before its first process: then the inner process
 * starts it, and the owner could signal it, and break nothing but its own set. */
static int start_inner_init(struct maker *maker, const struct init_start *outer)
{
	char path[64];
	_cleanup_fd_ int pid_ns_fd = -1;
	int r = order(maker, INNER_INIT);

	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "/proc/%d/ns/pid", maker->init_pid);
	pid_ns_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (pid_ns_fd < 0 || setns(pid_ns_fd, CLONE_NEWPID) < 0)
		return fail(maker, STEP_JOIN, KIND_PID);
	return has(maker, KIND_MNT) ? init_mount_procs(outer, &maker->fault) : 0;
}

/* The maker's own visit to the mount namespace, and back: process 1 makes its procfs from here. */
static int resolve_from_outside(struct maker *maker)
{
	int r = privilege_groups(&maker->identity);

	if (r < 0)
		return fault_set(&maker->fault, STEP_IDENTITY, 0, -r);
	if (setns(maker->fds[KIND_MNT], CLONE_NEWNS) < 0)
		return fail(maker, STEP_JOIN, KIND_MNT);
	r = set_up_resolver(maker);
	if (r == 0 && setns(maker->host->mnt_fd, CLONE_NEWNS) < 0)
		return fail(maker, STEP_JOIN, KIND_MNT);
	return r;
}

/* Process 1 with credentials of the host in a pid namespace that the set's user namespace owns. */
static int start_outer_init(struct maker *maker)
{
	struct identity init = init_identity(maker->host);
	struct init_start start = {
		.host = maker->host,
		.spec = maker->spec,
		.identity = &init,
		.join_fd = maker->inner_fd,
		.join_flags = kind_clone_flags(
			maker->spec->kinds &
			~(KIND_BIT(KIND_PID) | KIND_BIT(KIND_TIME) | KIND_BIT(KIND_USER))),
	};
	_cleanup_fd_ int pid_ns_fd =
		ioctl(maker->inner_fd, PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE, 0);

	if (start.join_flags == 0)
		start.join_fd = -1;
	if (pid_ns_fd < 0)
		return start_inner_init(maker, &start);
	if (setns(pid_ns_fd, CLONE_NEWPID) < 0)
		return fail(maker, STEP_JOIN, KIND_PID);
	return start_init(maker, &start);
}

static int make_with_user(struct maker *maker)
{
	char path[64];
	pid_t pid = 0;
	int r = start_inner(maker, &pid);

	if (r == 0)
		r = open_namespaces(maker, pid);
	fault_point("create-unshared");
	if (r == 0)
		r = write_maps(maker, pid);
	snprintf(path, sizeof(path), "/proc/%d/timens_offsets", pid);
	if (r == 0)
		r = set_clocks(maker, path);
	if (r == 0)
		r = configure_from_outside(maker);
	if (r == 0)
		r = order(maker, INNER_FURNISH);
	if (r == 0 && resolver_is_needed(&maker->task->resolver))
		r = resolve_from_outside(maker);
	fault_point("create-furnished");
	if (r == 0 && has(maker, KIND_PID) && !maker->task->no_init)
		r = start_outer_init(maker);
	return r;
}

/* --- both --- */

static int pin_all(struct maker *maker)
{
	char path[64];
	int r;

	r = pin_enter_vault(maker->host, &maker->fault);
	if (r < 0)
		return r;
	/* through the vault's /proc: in the set another one may be mounted by now */
	if (maker->init_pid > 0) {
		snprintf(path, sizeof(path), "/proc/%d/ns/pid", maker->init_pid);
		maker->fds[KIND_PID] = open(path, O_RDONLY | O_CLOEXEC);
		if (maker->fds[KIND_PID] < 0)
			return fail(maker, STEP_PIN, KIND_PID);
	}
	r = pin_in_vault(&maker->task->set, maker->fds, &maker->fault);
	fault_point("create-pinned");
	if (r == 0)
		r = pin_on_host(maker->host, &maker->task->set, maker->fds, &maker->fault);
	return r;
}

/* What the keeper finds the set's namespaces and its init again by. */
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
	report->init_pid = maker->init_pid;
	if (maker->init_pid > 0)
		r = process_start_time(maker->init_pid, &report->init_start);
	return r < 0 ? fault_set(&maker->fault, STEP_INIT, 0, -r) : 0;
}

static void take_identity(struct maker *maker)
{
	const struct task_identity *identity = &maker->task->identity;

	for (size_t i = 0; i < identity->n_groups; i++)
		maker->groups[i] = identity->groups[i].id;
	maker->identity =
		(struct identity){identity->uid, identity->gid, maker->groups, identity->n_groups};
}

void child_make(const struct host *host, const struct task_create *task)
{
	struct maker maker = {
		.host = host, .task = task, .spec = &task->spec, .inner_fd = -1, .channel_fd = -1};
	struct task_report report = {};
	int r;

	child_begin();
	fault_point("create-started");
	memset(maker.fds, -1, sizeof(maker.fds));
	take_identity(&maker);
	r = mounts_prepare(maker.spec, &maker.identity, &maker.mounts, &maker.fault);
	if (r == 0)
		r = has(&maker, KIND_USER) ? make_with_user(&maker) : make_plain(&maker);
	if (r == 0)
		r = pin_all(&maker);
	if (r == 0)
		(void)fill_report(&maker, &report);
	child_finish(host, &report, &maker.fault);
}
