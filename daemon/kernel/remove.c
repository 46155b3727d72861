/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Removes a set. Every step makes something absent and can be run again. Remove, the roll-back of a
 * failed create, and the clean-up at start all use child_remove().
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include "daemon/kernel/cgroup.h"
#include "daemon/kernel/child.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/firewall.h"
#include "daemon/kernel/link.h"
#include "daemon/kernel/pin.h"
#include "daemon/kernel/remove.h"
#include "daemon/kernel/rtnl.h"

static int end_processes(int cgroup_fd, uint64_t grace, struct fault *fault)
{
	int r = 0;

	if (grace > 0) {
		int milliseconds = MIN(grace / 1000 + 1, (uint64_t)INT32_MAX);

		cgroup_freeze(cgroup_fd, false);
		r = cgroup_signal(cgroup_fd, SIGTERM, 0);
		if (r == 0)
			r = cgroup_wait_empty(cgroup_fd, milliseconds);
		if (r < 0 && r != -ETIMEDOUT)
			return fault_set(fault, STEP_KILL, 0, -r);
	}
	r = cgroup_kill(cgroup_fd);
	if (r == 0)
		r = cgroup_wait_killed(cgroup_fd);
	return r < 0 ? fault_set(fault, r == -EBUSY ? STEP_STUCK : STEP_KILL, 0, -r) : 0;
}

static int remove_cgroup(const struct host *host, const struct task_set *set)
{
	char path[CGROUP_PATH_SIZE], owner[16];
	int r;

	cgroup_path(set->owner, set->above, set->id, NULL, path);
	r = cgroup_remove(host->cgroup_fd, path);
	snprintf(owner, sizeof(owner), "%u", set->owner);
	if (r == 0 && unlinkat(host->cgroup_fd, owner, AT_REMOVEDIR) < 0 && errno != EBUSY &&
	    errno != ENOENT && errno != ENOTEMPTY)
		r = negative_errno();
	return r;
}

void child_remove(const struct host *host, const struct task_remove *task)
{
	static struct link_teardown teardown;
	char path[CGROUP_PATH_SIZE], pin[PIN_PATH_SIZE];
	struct task_report report = {};
	struct fault fault = {};
	_cleanup_fd_ int cgroup_fd = -1;
	int r = 0;

	child_begin();
	cgroup_path(task->set.owner, task->set.above, task->set.id, NULL, path);
	cgroup_fd = cgroup_open(host->cgroup_fd, path);
	fault_point("remove-started");
	if (cgroup_fd >= 0)
		r = end_processes(cgroup_fd, task->grace, &fault);
	else if (cgroup_fd != -ENOENT)
		r = fault_set(&fault, STEP_KILL, 0, -cgroup_fd);
	fault_point("remove-killed");
	/* a cgroup without a set has no pins */
	if (r == 0 && task->set.name) {
		/* rules first: an address of the pool must not be free while a rule still contains
		 * it */
		if (task->firewall.given)
			r = firewall_remove(host, &task->firewall, task->links, task->n_links,
					    &fault);
		pin_path(&task->set, pin);
		link_teardown_begin(host, task->links, task->n_links, pin, &teardown);
		if (r == 0)
			r = pin_remove(host, &task->set, &fault);
	}
	fault_point("remove-unpinned");
	if (r == 0)
		r = link_teardown_wait(&teardown, &fault);
	fault_point("remove-unlinked");
	if (r == 0) {
		r = remove_cgroup(host, &task->set);
		if (r < 0)
			fault_set(&fault, STEP_CGROUP, 0, -r);
	}
	child_finish(host, &report, &fault);
}

void child_signal(const struct host *host, const struct task_signal *task)
{
	char path[CGROUP_PATH_SIZE];
	struct task_report report = {};
	struct fault fault = {};
	_cleanup_fd_ int fd = -1;
	int r;

	child_begin();
	cgroup_path(task->set.owner, task->set.above, task->set.id, task->session, path);
	fd = cgroup_open(host->cgroup_fd, path);
	if (fd >= 0)
		r = cgroup_signal(fd, (int)task->signal, (pid_t)task->init_pid);
	else
		r = fd == -ENOENT ? 0 : fd;
	if (r < 0)
		fault_set(&fault, STEP_SIGNAL, 0, -r);
	child_finish(host, &report, &fault);
}

static void report_interface(const struct task_interface *interface, void *context)
{
	const struct host *host = context;
	struct task_interface report = *interface;

	report.serial = host->task_serial;
	(void)!send(host->report_fd, &report, sizeof(report), MSG_NOSIGNAL);
}

void child_inspect(const struct host *host, const struct task_inspect *task)
{
	_cleanup_fd_ int net_fd = pin_open(host->vault_root_fd, &task->set, KIND_NET);
	struct task_report report = {};
	struct fault fault = {};
	int r = net_fd < 0 ? net_fd : 0;

	child_begin();
	if (r == 0 && setns(net_fd, CLONE_NEWNET) < 0)
		r = negative_errno();
	if (r == 0)
		r = rtnl_each_interface(report_interface, (void *)host);
	if (r < 0)
		fault_set(&fault, STEP_INTERFACES, 0, -r);
	child_finish(host, &report, &fault);
}
