/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records for the next boot. A change of a record is reported only when it is on the disk, however
 * long that takes. */
#include "daemon/kernel/child.h"
#include "daemon/kernel/fault-point.h"

static int put(const struct task_boot_record *task)
{
	if (fsync(task->file_fd) < 0 ||
	    renameat(task->directory_fd, task->temporary, task->directory_fd, task->name) < 0)
		return negative_errno();
	return 0;
}

static int drop(const struct task_boot_record *task)
{
	return unlinkat(task->directory_fd, task->name, 0) < 0 && errno != ENOENT ? negative_errno()
										  : 0;
}

void child_boot_record(const struct host *host _unused_, const struct task_boot_record *task,
		       struct task_report *report _unused_, struct fault *fault)
{
	int r;

	r = task->file_fd >= 0 ? put(task) : drop(task);
	fault_point("boot-kept");
	/* the file's name is stored in the directory, which must reach the disk, too */
	if (r == 0 && fsync(task->directory_fd) < 0)
		r = negative_errno();
	fault_if(fault, STEP_BOOT_RECORD, 0, r);
}
