/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sched.h>
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/firewall.h"
#include "daemon/kernel/link.h"
#include "daemon/kernel/make-step.h"
#include "daemon/kernel/net.h"
#include "daemon/kernel/resolver.h"
#include "daemon/kernel/settings.h"
#include "daemon/kernel/vault.h"
#include "daemon/kernel/way.h"

#define CPUS_MAX 64

int maker_fail(struct maker *maker, enum step step, uint32_t detail)
{
	return fault_set(&maker->fault, step, detail, errno);
}

int maker_write(const char *path, const char *text)
{
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? negative_errno() : 0;
}

/* --- in the new namespaces --- */

/* Returns true if the mount namespace is not made by maker_make_namespaces(), but later. */
static bool makes_tree_later(const struct maker *maker)
{
	return maker_has(maker, KIND_MNT) && (maker->wall.root_fd >= 0 || maker_has_inner(maker));
}

int maker_open_namespaces(struct maker *maker, pid_t pid)
{
	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		char path[64], who[16];

		if (!maker_has(maker, kind) || kind == KIND_PID ||
		    (kind == KIND_MNT && makes_tree_later(maker)))
			continue;
		snprintf(who, sizeof(who), "%d", pid);
		snprintf(path, sizeof(path), "/proc/%s/ns/%s%s", pid ? who : "self",
			 kind_name(kind), kind == KIND_TIME ? "_for_children" : "");
		maker->fds[kind] = open(path, O_RDONLY | O_CLOEXEC);
		if (maker->fds[kind] < 0)
			return maker_fail(maker, STEP_UNSHARE, kind);
	}
	return 0;
}

/* Makes a mount namespace that can be pinned. One can only be pinned in the vault if its id is
 * higher than the vault's. Each CPU hands out ids in batches (docs/kernel.md, 2), so the mount
 * namespace is made again on another CPU until that is the case. */
static int make_young_enough(struct maker *maker)
{
	cpu_set_t all, one;

	if (!maker_has(maker, KIND_MNT) || maker->host->vault_id == 0)
		return 0;
	CPU_ZERO(&all);
	for (int cpu = 0; cpu < CPUS_MAX; cpu++) {
		_cleanup_fd_ int fd =
			openat(maker->host->proc_fd, "self/ns/mnt", O_RDONLY | O_CLOEXEC);
		uint64_t id = fd < 0 ? 0 : vault_mnt_id(fd);

		if (id == 0 || id > maker->host->vault_id)
			break;
		if (CPU_COUNT(&all) == 0 && sched_getaffinity(0, sizeof(all), &all) < 0)
			return maker_fail(maker, STEP_UNSHARE, KIND_MNT);
		if (!CPU_ISSET(cpu, &all))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (sched_setaffinity(0, sizeof(one), &one) < 0 || unshare(CLONE_NEWNS) < 0)
			return maker_fail(maker, STEP_UNSHARE, KIND_MNT);
	}
	if (CPU_COUNT(&all) > 0 && sched_setaffinity(0, sizeof(all), &all) < 0)
		return maker_fail(maker, STEP_UNSHARE, KIND_MNT);
	return 0;
}

/* Returns the set's kinds, except a net namespace that was made in advance, a mount namespace that
 * is made later, and the pid namespace of a plain set. That one is made later, too: the maker's
 * next child becomes process 1 in it, and before the init there are children that look up paths. */
static uint32_t kinds_to_make(const struct maker *maker)
{
	uint32_t others = maker->task->net_fd >= 0 ? KIND_BIT(KIND_NET) : 0;

	if (!maker_has_inner(maker))
		others |= KIND_BIT(KIND_PID);
	if (makes_tree_later(maker))
		others |= KIND_BIT(KIND_MNT);
	return maker->spec->kinds & ~others;
}

/*
 * Finds the kind whose limit was reached, by making one after the other: the kernel makes all or
 * none, and does not say which failed. The user namespace comes first, as it owns the others.
 * Returns KIND_COUNT if none fails now.
 */
static enum kind kind_at_limit(const struct maker *maker)
{
	if (maker_has(maker, KIND_USER) && unshare(CLONE_NEWUSER) < 0)
		return KIND_USER;
	for (enum kind kind = 0; kind < KIND_COUNT; kind++)
		if (kind != KIND_USER && kinds_to_make(maker) & KIND_BIT(kind) &&
		    unshare(kind_clone_flag(kind)) < 0)
			return kind;
	return KIND_COUNT;
}

int maker_make_namespaces(struct maker *maker)
{
	int r = privilege_charge(&maker->identity);

	if (r < 0)
		return fault_set(&maker->fault, STEP_IDENTITY, 0, -r);
	if (maker->task->net_fd >= 0 && setns(maker->task->net_fd, CLONE_NEWNET) < 0)
		return maker_fail(maker, STEP_JOIN, KIND_NET);
	if (maker->home_fd >= 0 && setns(maker->home_fd, CLONE_NEWUSER) < 0)
		return maker_fail(maker, STEP_JOIN, KIND_USER);
	privilege_conceal();
	if (unshare(kind_clone_flags(kinds_to_make(maker))) < 0) {
		int error = errno;
		enum kind kind = error == ENOSPC ? kind_at_limit(maker) : KIND_COUNT;

		return fault_set(&maker->fault, STEP_UNSHARE, kind, error);
	}
	return makes_tree_later(maker) ? 0 : make_young_enough(maker);
}

int maker_make_mount_namespace(struct maker *maker)
{
	int r;

	if (unshare(CLONE_NEWNS) < 0)
		return maker_fail(maker, STEP_UNSHARE, KIND_MNT);
	r = make_young_enough(maker);
	if (r < 0)
		return r;
	maker->fds[KIND_MNT] = openat(maker->host->proc_fd, "self/ns/mnt", O_RDONLY | O_CLOEXEC);
	return maker->fds[KIND_MNT] < 0 ? maker_fail(maker, STEP_UNSHARE, KIND_MNT) : 0;
}

int maker_make_tree(struct maker *maker)
{
	int r;

	if (!makes_tree_later(maker))
		return 0;
	r = maker_enter_tree(maker);
	return r < 0 ? r : maker_make_mount_namespace(maker);
}

/* Returns to the set's net namespace, which the making of links has left; does nothing if r is a
 * failure. Returns 0, or -errno of r or of this step. */
static int come_back(struct maker *maker, int r)
{
	if (r == 0 && setns(maker->fds[KIND_NET], CLONE_NEWNET) < 0)
		return maker_fail(maker, STEP_JOIN, KIND_NET);
	return r;
}

static int make_way(struct maker *maker, const struct task_link *proposed)
{
	const struct task_firewall *firewall = &maker->task->firewall;
	static struct task_link way;
	int r = way_make(maker->host, firewall, proposed, maker->fds[KIND_NET], &way,
			 &maker->way_shift, &maker->fault);

	if (r == 0)
		r = firewall_add(maker->host, firewall, &way, 1, &maker->fault);
	if (r < 0)
		maker->fault.detail += 2 * (maker->task->n_links - 1);
	r = come_back(maker, r);
	return r == 0 && way.inner ? firewall_make_inner(way.a.interface, &maker->fault) : r;
}

/* Makes the links. If there is a way out, it is the last one. */
static int make_links(struct maker *maker)
{
	const struct task_create *task = maker->task;
	bool way = task->n_links > 0 && task->links[task->n_links - 1].egress;
	size_t n = task->n_links - way;
	int r = 0;

	if (task->bridge.given)
		r = link_make_bridge(maker->host, &task->bridge, &maker->fault);
	if (r == 0 && n > 0) {
		r = link_make_all(maker->host, task->links, n, maker->fds[KIND_NET], &maker->fault);
		r = come_back(maker, r);
	}
	fault_point("create-linked");
	return r == 0 && way ? make_way(maker, &task->links[n]) : r;
}

int maker_set_up_network(struct maker *maker)
{
	int r = maker->task->net_fd < 0 ? net_set_up(maker->host, &maker->fault) : 0;

	/* settings come before the links, which copy the defaults, and again after them, for their
	 * interfaces */
	if (r == 0)
		r = settings_write_net(maker->host, maker->spec, true, &maker->fault);
	if (r == 0)
		r = make_links(maker);
	return r < 0 ? r : settings_write_net(maker->host, maker->spec, false, &maker->fault);
}

int maker_set_hostname(struct maker *maker)
{
	const char *name = maker->spec->hostname;

	if (name && sethostname(name, strlen(name)) < 0)
		return maker_fail(maker, STEP_HOSTNAME, 0);
	return 0;
}

int maker_set_settings(struct maker *maker)
{
	return settings_write_others(maker->host, maker->spec, &maker->fault);
}

/* Formats "monotonic SECONDS NANOSECONDS"; nanoseconds are never negative. */
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

int maker_set_clocks(struct maker *maker, const char *path)
{
	char text[128] = "";
	size_t used = 0;
	int r;

	if (maker->spec->has_monotonic)
		used += print_offset(text, sizeof(text), "monotonic", maker->spec->monotonic);
	if (maker->spec->has_boottime)
		used += print_offset(text + used, sizeof(text) - used, "boottime",
				     maker->spec->boottime);
	r = used ? maker_write(path, text) : 0;
	return fault_if(&maker->fault, STEP_CLOCKS, 0, r);
}

int maker_set_up_mounts(struct maker *maker)
{
	int r = mounts_propagate(maker->host, maker->spec->propagation, &maker->fault);

	if (r == 0 && maker->chrooted && maker->mounts.root_fd < 0)
		r = mounts_take_root(&maker->fault);
	return r < 0 ? r
		     : mounts_apply(&maker->mounts, maker->spec, &maker->identity, &maker->fault);
}

int maker_set_up_resolver(struct maker *maker)
{
	return resolver_mount(&maker->task->resolver, maker->spec, &maker->identity,
			      maker->fds[KIND_MNT], &maker->fault);
}

int maker_start_init(struct maker *maker, struct init_start *start)
{
	pid_t pid;

	start->host = maker->host;
	start->spec = maker->spec;
	start->ends = maker->task->set.callers_cgroup;
	pid = init_start(start, &maker->fault);
	if (pid < 0)
		return pid;
	maker->init_pid = pid;
	fault_point("create-init");
	return 0;
}

struct identity maker_init_identity(const struct host *host)
{
	return (struct identity){.uid = host->init_uid, .gid = host->init_gid};
}
