/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/helper.h"
#include "daemon/kernel/privilege.h"
#include "daemon/kernel/process.h"

/* Descriptors that a helper keeps are moved here and above. */
#define KEPT_FD 512

pid_t helper_fork(void)
{
	/* The helper is born in the cgroup of the workers, all of which the next daemon kills. */
	return process_fork(0, -1, NULL);
}

int helper_tie(int pipe_fd)
{
	struct pollfd now = {.fd = pipe_fd};

	if (fcntl(pipe_fd, F_SETOWN, getpid()) < 0 || fcntl(pipe_fd, F_SETSIG, SIGKILL) < 0 ||
	    fcntl(pipe_fd, F_SETFL, O_ASYNC) < 0)
		return negative_errno();
	return poll(&now, 1, 0) > 0 ? -EPIPE : 0;
}

int helper_become(const struct host *host, uid_t uid, const char *name, int pipe_fd)
{
	const struct identity identity = {.uid = uid ? uid : host->init_uid, .gid = host->init_gid};
	int r = helper_tie(pipe_fd);

	if (r < 0)
		return r;
	prctl(PR_SET_NAME, name);
	if (chdir("/") < 0)
		return negative_errno();
	r = privilege_drop(&identity, true);
	fault_point("helper-became");
	return r < 0 ? r : privilege_no_new();
}

static bool is_among(int fd, int *const fds[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (*fds[i] == fd)
			return true;
	return false;
}

int helper_keep(int *const fds[], size_t n)
{
	int last = KEPT_FD;

	for (size_t i = 0; i < n; i++) {
		*fds[i] = fcntl(*fds[i], F_DUPFD_CLOEXEC, KEPT_FD);
		if (*fds[i] < 0)
			return negative_errno();
		last = MAX(last, *fds[i]);
	}
	for (int fd = 0; fd <= last; fd++)
		if (!is_among(fd, fds, n))
			close_fd(fd);
	process_close_from(last + 1, -1);
	return 0;
}
