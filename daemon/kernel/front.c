/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/fault.h"
#include "daemon/kernel/front.h"
#include "daemon/kernel/privilege.h"
#include "daemon/kernel/process.h"

#define CHANNEL_FD 3

static int write_text(const char *path, const char *text)
{
	_cleanup_fd_ int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? negative_errno() : 0;
}

/* The label takes effect at exec; without a security module there is none. */
static int set_label(const char *label)
{
	if (!label || strcmp(label, "unconfined") == 0)
		return 0;
	return write_text("/proc/self/attr/exec", label);
}

void child_front(int program_fd, const struct task_front *task)
{
	static char name[] = "nsctld-front";
	char *arguments[] = {name, NULL}, *environment[8] = {NULL};
	static gid_t groups[TASK_GROUPS_MAX];
	struct identity identity = {task->identity.uid, task->identity.gid, groups,
				    task->identity.n_groups};
	int null_fd, program, channel;

	child_begin();
	for (size_t i = 0; i < identity.n_groups; i++)
		groups[i] = task->identity.groups[i].id;
	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	channel = fcntl(task->channel_fd, F_DUPFD_CLOEXEC, 10);
	program = fcntl(program_fd, F_DUPFD_CLOEXEC, 10);
	if (null_fd < 0 || channel < 0 || program < 0 || dup2(null_fd, 0) < 0 ||
	    dup2(null_fd, 1) < 0 || dup2(channel, CHANNEL_FD) < 0)
		_exit(1);
	process_close_from(CHANNEL_FD + 1, program);
	privilege_bound(0);
	if (set_label(task->label) < 0 || privilege_drop(&identity, true) < 0 ||
	    privilege_no_new() < 0)
		_exit(1);
	fault_environment(environment, ARRAY_SIZE(environment));
	process_execute_fd(program, arguments, environment);
	_exit(1);
}
