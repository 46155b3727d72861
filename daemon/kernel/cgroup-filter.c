/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/bpf.h>
#include <sys/syscall.h>
#include "daemon/kernel/cgroup.h"
#include "daemon/kernel/cgroup-filter.h"

#define PROGRAMS_MAX 64
/* Linux 6.7 */
#define UNIX_CONNECT 49
#define UNIX_SENDMSG 50
#define UNIX_RECVMSG 51

/* The points at which the kernel runs programs of cgroups that may refuse something. */
static const enum bpf_attach_type points[] = {
	BPF_CGROUP_INET_INGRESS,
	BPF_CGROUP_INET_EGRESS,
	BPF_CGROUP_INET_SOCK_CREATE,
	BPF_CGROUP_SOCK_OPS,
	BPF_CGROUP_DEVICE,
	BPF_CGROUP_INET4_BIND,
	BPF_CGROUP_INET6_BIND,
	BPF_CGROUP_INET4_CONNECT,
	BPF_CGROUP_INET6_CONNECT,
	BPF_CGROUP_INET4_POST_BIND,
	BPF_CGROUP_INET6_POST_BIND,
	BPF_CGROUP_UDP4_SENDMSG,
	BPF_CGROUP_UDP6_SENDMSG,
	BPF_CGROUP_SYSCTL,
	BPF_CGROUP_UDP4_RECVMSG,
	BPF_CGROUP_UDP6_RECVMSG,
	BPF_CGROUP_GETSOCKOPT,
	BPF_CGROUP_SETSOCKOPT,
	UNIX_CONNECT,
	UNIX_SENDMSG,
	UNIX_RECVMSG,
};

struct programs {
	uint32_t ids[PROGRAMS_MAX], n;
};

/* Reads the ids of the programs that run at this point for processes in the cgroup, including those
 * of cgroups above it. A kernel without such programs has none. Returns 0 or -errno. */
static int read_programs(int cgroup_fd, enum bpf_attach_type point, struct programs *ret)
{
	union bpf_attr attributes = {.query = {.target_fd = (uint32_t)cgroup_fd,
					       .attach_type = point,
					       .query_flags = BPF_F_QUERY_EFFECTIVE,
					       .prog_ids = (uint64_t)(uintptr_t)ret->ids,
					       .prog_cnt = PROGRAMS_MAX}};

	ret->n = 0;
	if (syscall(SYS_bpf, BPF_PROG_QUERY, &attributes, sizeof(attributes)) < 0)
		return errno == EINVAL || errno == ENOSYS ? 0 : negative_errno();
	ret->n = attributes.query.prog_cnt;
	return 0;
}

static bool has_all(const struct programs *own, const struct programs *wanted)
{
	for (uint32_t i = 0; i < wanted->n; i++) {
		uint32_t j = 0;

		while (j < own->n && own->ids[j] != wanted->ids[i])
			j++;
		if (j == own->n)
			return false;
	}
	return true;
}

static int compare(int callers_fd, int sets_fd, enum bpf_attach_type point)
{
	struct programs callers, sets;
	int r = read_programs(callers_fd, point, &callers);

	if (r < 0 || callers.n == 0)
		return r;
	r = read_programs(sets_fd, point, &sets);
	if (r < 0)
		return r;
	return has_all(&sets, &callers) ? 0 : -EACCES;
}

int cgroup_filter_compare(const struct host *host, const char *caller, const struct task_set *set)
{
	_cleanup_fd_ int fd = -1, callers_fd = -1;
	int sets_fd = host->cgroup_fd, r = 0;

	if (!caller)
		return 0;
	if (set->callers_cgroup)
		sets_fd = callers_fd = cgroup_open_callers(host->cgroup_fd, set);
	/* the caller's cgroup is gone, for which the next step fails */
	if (sets_fd == -ENOENT)
		return 0;
	fd = cgroup_open(host->hierarchy_fd, *caller ? caller : ".");
	if (fd < 0 || sets_fd < 0)
		return MIN(fd, sets_fd);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(points); i++)
		r = compare(fd, sets_fd, points[i]);
	return r;
}
