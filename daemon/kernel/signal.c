/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals the processes of a set or of a session, which are those in its cgroup. Of a set in its
 * caller's cgroup, they are those that are in its pid namespace, too. */
#include "daemon/kernel/cgroup.h"
#include "daemon/kernel/child.h"
#include "daemon/kernel/pin.h"

void child_signal(const struct host *host, const struct task_signal *task,
		  struct task_report *report _unused_, struct fault *fault)
{
	_cleanup_fd_ int fd = -1;
	ino_t pid_namespace = 0;
	int r = 0;

	/* in its caller's cgroup there may be processes that the user has moved there, but may not
	 * signal */
	if (task->set.callers_cgroup)
		r = pin_inode(host->vault_root_fd, &task->set, KIND_PID, &pid_namespace);
	if (r < 0) {
		fault_set(fault, STEP_SIGNAL, 0, -r);
		return;
	}
	fd = cgroup_of_processes(host->cgroup_fd, &task->set, task->session, cgroup_open);
	if (fd >= 0)
		r = cgroup_signal(fd, (int)task->signal, (pid_t)task->init_pid, pid_namespace);
	else
		r = fd == -ENOENT ? 0 : fd;
	fault_if(fault, STEP_SIGNAL, 0, r);
}
