/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals the processes of a set or of a session, which are those in its cgroup. */
#include "daemon/kernel/cgroup.h"
#include "daemon/kernel/child.h"

void child_signal(const struct host *host, const struct task_signal *task,
		  struct task_report *report _unused_, struct fault *fault)
{
	_cleanup_fd_ int fd = -1;
	int r;

	fd = cgroup_of_processes(host->cgroup_fd, &task->set, task->session, cgroup_open);
	if (fd >= 0)
		r = cgroup_signal(fd, (int)task->signal, (pid_t)task->init_pid);
	else
		r = fd == -ENOENT ? 0 : fd;
	fault_if(fault, STEP_SIGNAL, 0, r);
}
