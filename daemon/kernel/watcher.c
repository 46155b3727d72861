/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/descriptors.h"
#include "daemon/kernel/privilege.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/runner-fds.h"
#include "daemon/kernel/watcher.h"

/* Descriptors above the pipe. They are closed when the program is executed. */
#define REPORT_FD (RUNNER_WATCHED_FD + 1)
#define FREE_FD (RUNNER_WATCHED_FD + 2)

struct watcher {
	struct host host;
	int pipe_fd;
	uint32_t index;
	int error; /* the reason why there is no watcher, for the worker */
	bool reported;
};

/* Keeps the pipe and the channel to the keeper open, at their numbers, and closes everything else.
 * Returns nsctl-runner's descriptor or -errno. */
static int place_descriptors(struct watcher *watcher)
{
	int pipe_fd = fcntl(watcher->pipe_fd, F_DUPFD_CLOEXEC, FREE_FD);
	int report_fd = fcntl(watcher->host.report_fd, F_DUPFD_CLOEXEC, FREE_FD);
	int program_fd = fcntl(watcher->host.runner_program_fd, F_DUPFD_CLOEXEC, FREE_FD);

	if (pipe_fd < 0 || report_fd < 0 || program_fd < 0 ||
	    dup2(pipe_fd, RUNNER_WATCHED_FD) < 0 || dup3(report_fd, REPORT_FD, O_CLOEXEC) < 0)
		return negative_errno();
	for (int fd = 0; fd < RUNNER_WATCHED_FD; fd++)
		close_fd(fd);
	process_close_from(FREE_FD, program_fd);
	watcher->host.report_fd = REPORT_FD;
	return program_fd;
}

static int report(struct watcher *watcher)
{
	struct task_report report = {
		.event = REPORT_PROCESS, .detail = watcher->index, .pid = getpid()};
	int r = process_start_time(report.pid, &report.init_start);

	if (r == 0)
		r = child_report(&watcher->host, &report, NULL, 0);
	watcher->reported = r == 0;
	return r;
}

/* Turns this process into a watcher. Reports to the keeper last: after that, nothing may fail or
 * hang but the execution of the program. */
static int watch(struct watcher *watcher)
{
	static char name[] = "nsctl-watcher", pipe[] = "pipe";
	char *arguments[] = {name, pipe, NULL}, *environment[] = {NULL};
	const struct identity identity = {.uid = watcher->host.init_uid,
					  .gid = watcher->host.init_gid};
	int program_fd = -1, r = chdir("/") < 0 ? negative_errno() : 0;

	if (r == 0)
		r = privilege_drop(&identity, true);
	if (r == 0)
		r = privilege_no_new();
	if (r == 0)
		r = program_fd = place_descriptors(watcher);
	if (r >= 0)
		r = report(watcher);
	return r < 0 ? r : process_execute_fd(program_fd, arguments, environment);
}

static void child_watcher(void *context)
{
	struct watcher *watcher = context;

	child_begin();
	prctl(PR_SET_PDEATHSIG, 0); /* a watcher outlives the daemon */
	watcher->error = watch(watcher);
	_exit(EXIT_FAILURE);
}

int watcher_start(const struct host *host, int pipe_fd, uint32_t index)
{
	struct pollfd end = {.fd = pipe_fd};
	struct watcher *shared;
	int r;

	if (!descriptors_is_reading_end(pipe_fd))
		return -EINVAL;
	if (poll(&end, 1, 0) > 0)
		return -ESRCH;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		return negative_errno();
	*shared = (struct watcher){
		.host = *host, .pipe_fd = pipe_fd, .index = index, .error = -ECHILD};
	r = process_call(CLONE_VM | CLONE_PARENT, host->watchers_fd, child_watcher, shared);
	/* the watcher may fail after its report: then it ends, and the keeper notices that */
	if (r >= 0)
		r = shared->reported ? 0 : shared->error;
	munmap(shared, sizeof(*shared));
	return r;
}
