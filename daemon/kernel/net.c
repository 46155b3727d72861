/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sched.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/mount.h"
#include "daemon/kernel/net.h"
#include "daemon/kernel/privilege.h"
#include "daemon/kernel/rtnl.h"
#include "daemon/kernel/sysctl.h"

int net_set_up(const struct host *host, struct fault *fault)
{
	int r = rtnl_loopback_up();

	if (r < 0)
		return fault_set(fault, STEP_LOOPBACK, 0, -r);
	r = sysctl_write(host, "net/ipv4/ping_group_range", "0 2147483647");
	if (r == 0)
		r = sysctl_write(host, "net/ipv4/ip_unprivileged_port_start", "0");
	return r < 0 ? fault_set(fault, STEP_SYSCTL, 0, -r) : 0;
}

/* Returns a descriptor of a new net namespace, or -errno and *fault. */
static int make_spare(const struct host *host, uid_t owner, struct fault *fault)
{
	const struct identity identity = {.uid = owner, .gid = host->init_gid};
	int r = privilege_charge(&identity), fd;

	if (r < 0)
		return fault_set(fault, STEP_IDENTITY, 0, -r);
	if (unshare(CLONE_NEWNET) < 0)
		return fault_set(fault, STEP_UNSHARE, KIND_NET, errno);
	r = net_set_up(host, fault);
	if (r < 0)
		return r;
	fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	return fd < 0 ? fault_set(fault, STEP_UNSHARE, KIND_NET, errno) : fd;
}

void child_spare(const struct host *host, const struct task_spare *task)
{
	struct task_report spare = {.event = REPORT_SPARE}, report = {};
	struct fault fault = {};
	int fds[REPORT_FDS_MAX] = {-1, -1}, r;

	child_begin();
	fds[0] = make_spare(host, task->owner, &fault);
	/* without one the maker tries itself, and reports a failure if it matters */
	if (fds[0] >= 0 && task->sysfs)
		fds[1] = mount_context("sysfs", NULL);
	if (fds[0] >= 0) {
		r = child_report(host, &spare, fds, fds[1] < 0 ? 1 : 2);
		if (r < 0)
			fault_set(&fault, STEP_UNSHARE, KIND_NET, -r);
	}
	child_finish(host, &report, &fault);
}
