/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See process.h. A call owns the descriptors that are added to it, and struct client that of its
 * parent. */
#include "client/process.h"

#include <sys/syscall.h>

static int open_process(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

json_t *process_add_fd(const struct client *client, struct call_fds *fds, int fd, const char *word)
{
	json_t *index = call_fds_add(fds, fd);

	if (!index)
		client_problem(client, word, "too many descriptors for one call");
	return index;
}

json_t *process_add(const struct client *client, struct call_fds *fds, int64_t pid,
		    const char *word)
{
	int fd = open_process((pid_t)pid);

	if (fd >= 0)
		return process_add_fd(client, fds, fd, word);
	client_problem(client, word, "%s",
		       errno == EINVAL ? "it is a thread, not a process" : strerror(errno));
	return NULL;
}

void process_open_parent(struct parent *ret)
{
	int fd;

	*ret = (struct parent){.pid = getppid(), .fd = -1};
	if (ret->pid <= 1)
		return;
	fd = open_process(ret->pid);
	/* the pidfd must not take the number of a standard descriptor that is closed */
	if (fd >= 0 && fd <= STDERR_FILENO) {
		ret->fd = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		close_fd(fd);
	} else {
		ret->fd = fd;
	}
	ret->error = ret->fd < 0 ? errno : 0;
	/* if the parent has ended, another process may have had its number by then */
	if (getppid() != ret->pid) {
		ret->fd = close_fd(ret->fd);
		ret->error = ESRCH;
	}
}

bool process_handles(int64_t pid, int signal)
{
	char path[64], line[256];
	_cleanup_file_ FILE *file = NULL;
	unsigned long long bits = 0, all = 0;

	snprintf(path, sizeof(path), "/proc/%" PRId64 "/status", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "SigCgt: %llx", &bits) == 1 ||
		    sscanf(line, "SigIgn: %llx", &bits) == 1)
			all |= bits;
	return all >> (signal - 1) & 1;
}
