/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include "daemon/kernel/arguments.h"
#include "daemon/kernel/cgroup.h"
#include "daemon/kernel/cgroup-filter.h"
#include "daemon/kernel/child.h"
#include "daemon/kernel/descriptors.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/inherited.h"
#include "daemon/kernel/join.h"
#include "daemon/kernel/limits.h"
#include "daemon/kernel/pin.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/profile.h"
#include "daemon/kernel/runner.h"
#include "daemon/kernel/runner-fds.h"

/* A command that could not be started gets this long to end after SIGKILL. */
#define ENDING_MILLISECONDS 2000

struct runner {
	const struct host *host;
	const struct task_start *task;
	struct join join;
	struct wall wall; /* the caller's */
	gid_t groups[TASK_GROUPS_MAX];
	struct arguments arguments;
	char set_variable[NAME_SIZE + sizeof("NSCTL_SET=")];
	char directory[PATH_MAX]; /* the working directory, if only its descriptor was given */
	int pid_fd;		  /* of the command */
	int cgroup_fd, kill_fd, events_fd; /* of the session */
};

/* Records a failure, which the worker sees, too. negative: the -errno; 0 or more: there is no
 * failure. */
static int fail(struct runner *runner, enum step step, int negative)
{
	return fault_if(&runner->join.shared->fault, step, 0, negative);
}

/* --- before the command starts --- */

static int read_arguments(struct runner *runner)
{
	int r = arguments_read(runner->task->command.arguments_fd, &runner->arguments);

	snprintf(runner->set_variable, sizeof(runner->set_variable), "NSCTL_SET=%s",
		 runner->task->set.name);
	if (r == 0)
		arguments_set(runner->arguments.environment, runner->set_variable);
	runner->join.arguments = runner->arguments.words;
	runner->join.environment = runner->arguments.environment;
	return r;
}

/* Fills in the path of the working directory. If there is only a descriptor, because the path may
 * not be UTF-8, the kernel knows the path. */
static void name_directory(struct runner *runner)
{
	const struct wire_command *command = &runner->task->command;
	char link[32];
	ssize_t n;

	runner->join.directory = command->working_directory;
	if (command->working_directory || command->working_directory_fd < 0)
		return;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", command->working_directory_fd);
	n = readlink(link, runner->directory, sizeof(runner->directory) - 1);
	runner->directory[MAX(n, 0)] = '\0';
	runner->join.directory = *runner->directory == '/' ? runner->directory : "/";
}

/* Opens cgroup.kill of the session or, if the set ends with the command, of the set: for writing
 * only, and no other file of the cgroup. A descriptor of cgroup.procs opened by root would let its
 * holder move itself anywhere (docs/kernel.md, 13). */
static int open_kill(const struct runner *runner)
{
	_cleanup_fd_ int set_fd = -1;
	int fd;

	if (runner->task->ends_set)
		set_fd = cgroup_of_processes(runner->host->cgroup_fd, &runner->task->set, NULL,
					     cgroup_open);
	if (runner->task->ends_set && set_fd < 0)
		return set_fd;
	fd = openat(set_fd >= 0 ? set_fd : runner->cgroup_fd, "cgroup.kill", O_WRONLY | O_CLOEXEC);
	return fd < 0 ? negative_errno() : fd;
}

static int make_cgroup(struct runner *runner)
{
	/* if the set's own cgroup is missing, the set has been removed */
	runner->cgroup_fd = cgroup_of_processes(runner->host->cgroup_fd, &runner->task->set,
						runner->task->session, cgroup_make_last);
	if (runner->cgroup_fd < 0)
		return runner->cgroup_fd;
	runner->kill_fd = open_kill(runner);
	if (runner->kill_fd < 0)
		return runner->kill_fd;
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
				return fault_set(&runner->join.shared->fault, STEP_JOIN, kind, -fd);
		}
		runner->join.fds[kind] = fd;
	}
	runner->join.in_user_namespace = runner->join.fds[KIND_USER] >= 0;
	runner->join.in_mount_namespace = runner->join.fds[KIND_MNT] >= 0;
	return 0;
}

/* Opens the user namespace of a caller inside a set, unless the command enters one of its own set:
 * no command leads out of it. */
static int open_home(struct runner *runner)
{
	const char *home = runner->task->caller.home;
	struct join *join = &runner->join;

	if (!home || join->fds[KIND_USER] >= 0)
		return 0;
	join->fds[KIND_USER] = pin_open_path(runner->host->vault_root_fd, home, KIND_USER);
	join->in_user_namespace = true;
	return fail(runner, STEP_CALLER, MIN(join->fds[KIND_USER], 0));
}

/* Opens the namespaces that the command enters: those of the set and, for kinds that are not the
 * set's, those of the caller's wall. */
static int open_namespaces(struct runner *runner)
{
	struct join *join = &runner->join;
	int r = cgroup_filter_compare(runner->host, runner->task->caller.cgroup,
				      &runner->task->set);

	if (r < 0)
		return fail(runner, STEP_PROGRAMS, r);
	r = wall_open(&runner->task->caller, &runner->host->wall, &runner->wall);
	if (r < 0)
		return fail(runner, STEP_CALLER, r);
	r = open_pins(runner);
	if (r == 0)
		r = open_home(runner);
	for (enum kind kind = 0; kind < KIND_COUNT; kind++)
		if (join->fds[kind] < 0)
			join->fds[kind] = runner->wall.fds[kind];
	join->root_fd =
		join->fds[KIND_MNT] == runner->wall.fds[KIND_MNT] ? runner->wall.root_fd : -1;
	return r;
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

/* Writes "WORD PID STARTTIME" to the status file. If the line were missing, the next daemon would
 * take the session for ended. Returns 0 or -errno. */
static int write_process(const struct runner *runner, const char *word, pid_t pid)
{
	uint64_t start;
	char text[96];
	int n, r = process_start_time(pid, &start);

	if (r < 0)
		return r;
	n = snprintf(text, sizeof(text), "%s %d %llu\n", word, pid, (unsigned long long)start);
	return write(runner->task->status_file_fd, text, n) < 0 ? negative_errno() : 0;
}

static int prepare(struct runner *runner)
{
	const struct task_start *task = runner->task;
	int r = fail(runner, STEP_LIMITS, limits_apply_process(&task->caller_limits));

	inherited_apply_memory(&task->command);
	if (r == 0)
		r = fail(runner, STEP_LIMITS,
			 profile_apply(task->caller_profile ? task->caller_profile : ""));
	if (r == 0)
		r = open_namespaces(runner);
	if (r == 0)
		r = fail(runner, STEP_TERMINAL, open_standard(runner));
	if (r == 0)
		r = fail(runner, STEP_CGROUP, make_cgroup(runner));
	runner->join.cgroup_fd = runner->cgroup_fd;
	return r;
}

/* --- after the command has started --- */

/* Reports the start, with pidfds of the command and of this process. */
static int report_started(const struct runner *runner)
{
	const int fds[] = {runner->pid_fd, process_pidfd_open(getpid())};
	struct task_report report = {
		.event = REPORT_STARTED,
		.pid = runner->join.shared->pid,
		.runner_pid = getpid(),
		.started_in = runner->join.shared->started_in,
	};
	int r = fds[1] < 0 ? fds[1] : child_report(runner->host, &report, fds, ARRAY_SIZE(fds));

	/* if the keeper has ended, the next one reads the status file */
	return r == -EPIPE || r == -ECONNRESET ? 0 : r;
}

/* Moves descriptors to the numbers of enum runner_fd, through numbers above them, and closes
 * everything else. Returns nsctl-runner's descriptor or -errno. */
static int place_descriptors(const struct runner *runner)
{
	const int wanted[] = {
		runner->pid_fd,
		runner->kill_fd,
		runner->events_fd,
		runner->task->status_file_fd,
		runner->task->command.status_fd,
		runner->task->leash_fd,
	};
	int high[ARRAY_SIZE(wanted)];
	int program_fd = fcntl(runner->host->runner_program_fd, F_DUPFD_CLOEXEC, RUNNER_FD_END);

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		high[i] = wanted[i] < 0 ? -1 : fcntl(wanted[i], F_DUPFD_CLOEXEC, RUNNER_FD_END);
		if (program_fd < 0 || (wanted[i] >= 0 && high[i] < 0))
			return negative_errno();
	}
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		int fd = RUNNER_COMMAND_FD + (int)i;

		if (high[i] < 0)
			close_fd(fd);
		else if (dup2(high[i], fd) < 0)
			return negative_errno();
	}
	for (int fd = 0; fd < RUNNER_COMMAND_FD; fd++)
		close_fd(fd);
	process_close_from(RUNNER_FD_END, program_fd);
	return program_fd;
}

/* Drops all privilege and all descriptors of the daemon, and executes nsctl-runner. Returns only on
 * failure: -errno. */
static int wait_as_user(const struct runner *runner)
{
	static char name[] = "nsctl-runner", attached[] = "attached", detached[] = "detached",
		    leave[] = "leave", end[] = "end", set[] = "set";
	char pid[16];
	char *arguments[] = {name, pid, runner->task->command.detach ? detached : attached,
			     runner->task->ends_set	     ? set
			     : runner->task->command.end_all ? end
							     : leave,
			     NULL};
	char *environment[] = {NULL};
	int program_fd, r = chdir("/") < 0 ? negative_errno() : 0;

	if (r == 0)
		r = privilege_drop(&runner->join.identity, true);
	if (r == 0)
		r = privilege_no_new();
	if (r < 0)
		return r;
	/* Descriptors are placed and closed last, when the process is the user's: closing a
	 * client's descriptor may wait for its file system. */
	program_fd = place_descriptors(runner);
	if (program_fd < 0)
		return program_fd;
	snprintf(pid, sizeof(pid), "%d", runner->join.shared->pid);
	return process_execute_fd(program_fd, arguments, environment);
}

/* --- the runner, before it executes nsctl-runner --- */

/* Kills the processes of a command that could not be started. Waits for their end, because the
 * keeper then removes the cgroup. If it were not empty, it would stay as long as the set. */
static void end_command(int cgroup_fd)
{
	if (cgroup_kill(cgroup_fd) == 0)
		cgroup_wait_empty(cgroup_fd, 0, ENDING_MILLISECONDS);
}

static void child_runner(void *context)
{
	struct runner *runner = context;
	int r;

	child_begin();
	prctl(PR_SET_PDEATHSIG, 0); /* the runner outlives the daemon */
	signal(SIGPIPE, SIG_IGN);
	r = fail(runner, STEP_STATUS, write_process(runner, "runner", getpid()));
	fault_point("exec-started");
	if (r == 0)
		r = prepare(runner);
	if (r == 0)
		r = join_start(&runner->join);
	if (r == 0)
		r = fail(runner, STEP_STATUS,
			 write_process(runner, "command", runner->join.shared->pid));
	if (r == 0) {
		runner->pid_fd = process_pidfd_open(runner->join.shared->pid);
		r = fail(runner, STEP_FORK, MIN(runner->pid_fd, 0));
	}
	fault_point("exec-executed");
	if (r == 0)
		r = fail(runner, STEP_STATUS, report_started(runner));
	if (r == 0)
		fail(runner, STEP_EXECUTE, wait_as_user(runner));
	if (runner->cgroup_fd >= 0)
		end_command(runner->cgroup_fd);
	_exit(EXIT_SUCCESS);
}

/* --- the worker --- */

static int runner_init(struct runner *runner, const struct host *host,
		       const struct task_start *task)
{
	const struct task_identity *identity = &task->identity;

	*runner = (struct runner){
		.host = host, .task = task, .cgroup_fd = -1, .kill_fd = -1, .events_fd = -1};
	for (size_t i = 0; i < identity->n_groups; i++)
		runner->groups[i] = identity->groups[i].id;
	runner->join.task = task;
	runner->join.terminal_fd = task->command.terminal_fd;
	runner->join.inside_uid = task->inside_uid;
	runner->join.inside_gid = task->inside_gid;
	runner->join.identity =
		(struct identity){identity->uid, identity->gid, runner->groups, identity->n_groups};
	runner->join.shared = mmap(NULL, sizeof(*runner->join.shared), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (runner->join.shared == MAP_FAILED) {
		runner->join.shared = NULL;
		return negative_errno();
	}
	if (descriptors_check(&task->command, &runner->join.shared->fault) < 0)
		return -EINVAL;
	name_directory(runner);
	return fail(runner, STEP_ARGUMENTS, read_arguments(runner));
}

static void runner_done(struct runner *runner)
{
	if (runner->join.shared)
		munmap(runner->join.shared, sizeof(*runner->join.shared));
	arguments_done(&runner->arguments);
}

void runner_start(const struct host *host, const struct task_start *task, struct fault *ret)
{
	static struct runner runner;
	int r = runner_init(&runner, host, task);

	*ret = (struct fault){};
	if (r == 0) {
		r = process_call(CLONE_VM | CLONE_PARENT, host->runners_fd, child_runner, &runner);
		if (r < 0)
			fail(&runner, STEP_FORK, r);
	}
	if (runner.join.shared)
		*ret = runner.join.shared->fault;
	else
		fault_set(ret, STEP_FORK, 0, -r);
	runner_done(&runner);
}
