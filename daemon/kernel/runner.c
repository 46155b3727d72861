/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include "daemon/kernel/cgroup.h"
#include "daemon/kernel/child.h"
#include "daemon/kernel/join.h"
#include "daemon/kernel/pin.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/runner.h"

struct runner {
	const struct host *host;
	const struct task_start *task;
	struct join join;
	struct limits limits;
	gid_t groups[TASK_GROUPS_MAX];
	char **words;			   /* arguments, NULL, environment, NULL */
	int pid_fd;			   /* the command's */
	int cgroup_fd, kill_fd, events_fd; /* the session's */
	struct fault fault;
};

static int fail(struct runner *runner, enum step step, int negative)
{
	return negative < 0 ? fault_set(&runner->fault, step, 0, -negative) : 0;
}

/* --- before the command --- */

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* Checks that there are exactly n strings, the last one ending the text, and points to each. */
static int split(char *text, size_t size, size_t n_arguments, size_t n, char **ret)
{
	char *end = text + size;
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		size_t length = strnlen(text, end - text);

		if (text + length == end)
			return -EBADMSG;
		if (i == n_arguments)
			ret[at++] = NULL;
		ret[at++] = text;
		text += length + 1;
	}
	if (n == n_arguments)
		ret[at++] = NULL;
	ret[at] = NULL;
	return text == end ? 0 : -EBADMSG;
}

/* The sealed memfd of struct wire_command: nobody can change it any more, but nobody has looked at
 * it either. */
static int read_arguments(struct runner *runner)
{
	int fd = runner->task->command.arguments_fd;
	struct stat st;
	uint32_t *counts;
	size_t n;
	int r;

	if ((fcntl(fd, F_GET_SEALS) & SEALS) != SEALS || fstat(fd, &st) < 0 ||
	    st.st_size < (off_t)(2 * sizeof(*counts)) || st.st_size > 4 * 1024 * 1024)
		return -EBADMSG;
	counts = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (counts == MAP_FAILED)
		return negative_errno();
	n = (size_t)counts[0] + counts[1];
	if (counts[0] == 0 || n > (size_t)st.st_size)
		return -EBADMSG;
	runner->words = calloc(n + 2, sizeof(*runner->words));
	if (!runner->words)
		return -ENOMEM;
	r = split((char *)(counts + 2), st.st_size - 2 * sizeof(*counts), counts[0], n,
		  runner->words);
	runner->join.arguments = runner->words;
	runner->join.environment = runner->words + counts[0] + 1;
	return r;
}

static int make_cgroup(struct runner *runner)
{
	char path[CGROUP_PATH_SIZE];

	snprintf(path, sizeof(path), "%u/%s/%s", runner->task->set.owner, runner->task->set.id,
		 runner->task->session);
	runner->cgroup_fd = cgroup_make(runner->host->cgroup_fd, path);
	if (runner->cgroup_fd < 0)
		return runner->cgroup_fd;
	/* for writing alone, and no other file of it: a cgroup.procs opened by root would let its
	 * holder move itself anywhere (kernel fact 13) */
	runner->kill_fd = openat(runner->cgroup_fd, "cgroup.kill", O_WRONLY | O_CLOEXEC);
	if (runner->kill_fd < 0)
		return negative_errno();
	runner->events_fd = cgroup_open_events(runner->cgroup_fd);
	return runner->events_fd < 0 ? runner->events_fd : 0;
}

static int open_pins(struct runner *runner)
{
	const struct task_set *set = &runner->task->set;
	uint32_t wanted = runner->task->command.kinds ? runner->task->command.kinds : set->kinds;

	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		int fd = -1;

		if (wanted & set->kinds & KIND_BIT(kind) &&
		    !(kind == KIND_PID && runner->task->no_init)) {
			fd = pin_open(runner->host->vault_root_fd, set, kind);
			if (fd < 0)
				return fault_set(&runner->fault, STEP_JOIN, kind, -fd);
		}
		runner->join.fds[kind] = fd;
	}
	runner->join.in_user_namespace = runner->join.fds[KIND_USER] >= 0;
	return 0;
}

static int open_standard(struct runner *runner)
{
	const struct wire_command *command = &runner->task->command;
	const int given[3] = {command->stdin_fd, command->stdout_fd, command->stderr_fd};
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null_fd < 0)
		return negative_errno();
	for (int i = 0; i < 3; i++) {
		int *fd = &runner->join.standard_fds[i];

		*fd = given[i] >= 0		  ? given[i]
		      : command->terminal_fd >= 0 ? command->terminal_fd
						  : null_fd;
	}
	return 0;
}

static void write_status(const struct runner *runner, const char *what, long long number,
			 long long more)
{
	char text[96];
	int n = snprintf(text, sizeof(text), "%s %lld %lld\n", what, number, more);

	(void)!write(runner->task->status_file_fd, text, n);
}

static void write_status_process(const struct runner *runner, const char *what, pid_t pid)
{
	uint64_t start = 0;

	process_start_time(pid, &start);
	write_status(runner, what, pid, start);
}

static int prepare(struct runner *runner)
{
	const struct task_identity *identity = &runner->task->identity;
	pid_t caller = runner->task->caller_pid;
	int r;

	for (size_t i = 0; i < identity->n_groups; i++)
		runner->groups[i] = identity->groups[i].id;
	runner->join.task = runner->task;
	runner->join.identity =
		(struct identity){identity->uid, identity->gid, runner->groups, identity->n_groups};
	runner->join.limits = &runner->limits;
	runner->join.shared = mmap(NULL, sizeof(*runner->join.shared), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (runner->join.shared == MAP_FAILED)
		return fail(runner, STEP_FORK, -errno);
	r = fail(runner, STEP_ARGUMENTS, read_arguments(runner));
	if (r == 0)
		r = fail(runner, STEP_LIMITS,
			 limits_read(caller, runner->task->caller_fd, &runner->limits));
	if (r == 0)
		r = fail(runner, STEP_LIMITS, limits_apply_process(&runner->limits));
	if (r == 0)
		r = open_pins(runner);
	if (r == 0)
		r = fail(runner, STEP_TERMINAL, open_standard(runner));
	if (r == 0)
		r = fail(runner, STEP_CGROUP, make_cgroup(runner));
	runner->join.cgroup_fd = runner->cgroup_fd;
	return r;
}

/* --- when it runs --- */

static int report_started(const struct runner *runner)
{
	struct task_report report = {
		.event = REPORT_STARTED,
		.pid = runner->join.shared->pid,
		.runner_pid = getpid(),
	};
	struct iovec data = {&report, sizeof(report)};
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.header = {.cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS,
				.cmsg_len = CMSG_LEN(sizeof(int))}};
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.bytes),
	};

	memcpy(CMSG_DATA(&control.header), &runner->pid_fd, sizeof(int));
	return sendmsg(runner->host->report_fd, &message, MSG_NOSIGNAL) < 0 ? negative_errno() : 0;
}

/* Nothing of the daemon's stays: the descriptors that waiting needs, moved close together. */
static int drop_everything(struct runner *runner)
{
	const int keep[] = {runner->host->report_fd,
			    runner->task->command.status_fd,
			    runner->task->status_file_fd,
			    runner->task->leash_fd,
			    runner->pid_fd,
			    runner->kill_fd,
			    runner->events_fd};
	int highest = -1;

	for (size_t i = 0; i < ARRAY_SIZE(keep); i++)
		highest = MAX(highest, keep[i]);
	for (int fd = 0; fd < highest; fd++) {
		bool kept = false;

		for (size_t i = 0; i < ARRAY_SIZE(keep); i++)
			kept |= keep[i] == fd;
		if (!kept)
			close_fd(fd);
	}
	process_close_from(highest + 1, -1);
	if (chdir("/") < 0 || prctl(PR_SET_NAME, "nsctl-runner") < 0)
		return negative_errno();
	privilege_bound(0);
	return privilege_drop(&runner->join.identity, true) < 0 ? -EPERM : privilege_no_new();
}

static void kill_session(const struct runner *runner)
{
	(void)!write(runner->kill_fd, "1", 1);
}

/* Whether nobody is left who wants the command to go on. */
static bool client_has_gone(const struct pollfd *status, const struct pollfd *leash)
{
	return (status->fd >= 0 && status->revents & (POLLERR | POLLHUP | POLLNVAL)) ||
	       (leash->fd >= 0 && leash->revents & (POLLIN | POLLHUP | POLLERR));
}

/* Until the command has ended. */
static void wait_for_command(const struct runner *runner)
{
	struct pollfd fds[] = {
		{.fd = runner->pid_fd, .events = POLLIN},
		{.fd = runner->task->command.detach ? -1 : runner->task->command.status_fd},
		{.fd = runner->task->leash_fd, .events = POLLIN},
	};
	int timeout = -1;

	for (;;) {
		int n = poll(fds, ARRAY_SIZE(fds), timeout);

		if (n < 0 && errno == EINTR)
			continue;
		if (fds[0].revents)
			return;
		if (n == 0) {
			kill_session(runner);
			timeout = -1;
		} else if (client_has_gone(&fds[1], &fds[2])) {
			kill(-runner->join.shared->pid, SIGHUP);
			kill(-runner->join.shared->pid, SIGCONT);
			fds[1].fd = fds[2].fd = -1;
			timeout = RUNNER_GRACE_MILLISECONDS;
		}
	}
}

/*
 * Looks again by itself: cgroup.events is told every 10 ms at most, and what was about to be told
 * is lost when the cgroup is removed meanwhile (its timer is deleted with it): the poll would never
 * end.
 */
static void wait_for_session(const struct runner *runner)
{
	struct pollfd events = {.fd = runner->events_fd, .events = POLLPRI};
	bool populated = false, frozen;

	for (int pause = 1;
	     cgroup_read_events(runner->events_fd, &populated, &frozen) == 0 && populated;
	     pause = MIN(2 * pause, 100)) {
		kill_session(runner);
		poll(&events, 1, pause);
	}
}

static void tell_client(const struct runner *runner, const struct task_report *report)
{
	struct pollfd pipe_fd = {.fd = runner->task->command.status_fd, .events = POLLOUT};
	char text[32];
	int n = snprintf(text, sizeof(text), "%s %u\n", report->exited ? "exit" : "signal",
			 report->exited ? report->status : report->signal);

	/* a pipe that its owner has filled is not waited for */
	if (pipe_fd.fd >= 0 && poll(&pipe_fd, 1, 0) == 1 && pipe_fd.revents & POLLOUT)
		(void)!write(pipe_fd.fd, text, n);
}

static void finish(struct runner *runner)
{
	struct task_report report = {};
	struct timespec now;
	int status = 0;

	wait_for_command(runner);
	process_wait(runner->join.shared->pid, &status);
	report.exited = WIFEXITED(status);
	report.status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	report.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	/* first what it left behind: who hears of the end finds nothing any more */
	wait_for_session(runner);
	clock_gettime(CLOCK_REALTIME, &now);
	write_status(runner, report.exited ? "exit" : "signal",
		     report.exited ? report.status : report.signal,
		     now.tv_sec * 1000000LL + now.tv_nsec / 1000);
	fault_point("exec-status-written");
	tell_client(runner, &report);
	child_finish(runner->host->report_fd, &report, &runner->fault);
}

void child_runner(const struct host *host, const struct task_start *task)
{
	static struct runner runner;
	struct task_report report = {};
	int r;

	runner = (struct runner){.host = host, .task = task, .cgroup_fd = -1};
	child_begin();
	prctl(PR_SET_PDEATHSIG, 0); /* it outlives the spawner */
	signal(SIGPIPE, SIG_IGN);
	setsid();
	write_status_process(&runner, "runner", getpid());
	fault_point("exec-started");
	r = prepare(&runner);
	if (r == 0 && join_start(&runner.join) < 0) {
		runner.fault = runner.join.shared->fault;
		r = -runner.fault.error;
	}
	if (r == 0) {
		write_status_process(&runner, "command", runner.join.shared->pid);
		runner.pid_fd = process_pidfd_open(runner.join.shared->pid);
		r = fail(&runner, STEP_FORK, MIN(runner.pid_fd, 0));
	}
	fault_point("exec-executed");
	if (r == 0)
		r = fail(&runner, STEP_STATUS, report_started(&runner) == -ENOMEM ? -ENOMEM : 0);
	if (r == 0)
		r = fail(&runner, STEP_IDENTITY, drop_everything(&runner));
	if (r == 0)
		finish(&runner);
	if (runner.cgroup_fd >= 0)
		cgroup_kill(runner.cgroup_fd);
	child_finish(host->report_fd, &report, &runner.fault);
}
