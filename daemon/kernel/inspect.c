/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the interfaces of a set's net namespace. */
#include <sched.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/firewall.h"
#include "daemon/kernel/pin.h"
#include "daemon/kernel/rtnl.h"

static void report_interface(const struct task_interface *interface, void *context)
{
	const struct host *host = context;
	struct task_interface report = *interface;

	report.serial = host->task_serial;
	(void)!send(host->report_fd, &report, sizeof(report), MSG_NOSIGNAL);
}

static int report_interfaces(const struct host *host, const struct task_set *set)
{
	_cleanup_fd_ int net_fd = pin_open(host->vault_root_fd, set, KIND_NET);

	if (net_fd < 0)
		return net_fd;
	if (setns(net_fd, CLONE_NEWNET) < 0)
		return negative_errno();
	return rtnl_each_interface(report_interface, (void *)host);
}

void child_inspect(const struct host *host, const struct task_inspect *task,
		   struct task_report *report, struct fault *fault)
{
	int r = 0;

	/* without the number, the interfaces are reported all the same */
	firewall_report_refused(host, &task->firewall, task->way, report);
	if (task->interfaces)
		r = report_interfaces(host, &task->set);
	fault_if(fault, STEP_INTERFACES, 0, r);
}
