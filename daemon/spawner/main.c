/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nsctld-spawner: the small root process that forks workers; makers, runners and fronts come from
 * these. It holds no user's data and sees no task: the keeper sends tasks to workers directly. Its
 * mount tree has no pins. It ends with the keeper, and its workers with it; runners go on. It
 * begins by killing what an earlier spawner has left: all processes in the cgroup "workers", and
 * runners and watchers that have not dropped their privilege yet.
 *
 * Descriptor 3 is the channel to the keeper.
 * Usage: nsctld-spawner RUNTIME CGROUP INIT-UID INIT-GID [delegated]
 */
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include "daemon/kernel/cgroup.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/leftover.h"
#include "daemon/kernel/limits.h"
#include "daemon/kernel/net.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/sysctl.h"
#include "daemon/kernel/vault.h"
#include "daemon/spawner/worker.h"
#include "daemon/wire/message.h"

#define CHANNEL_FD 3
#define INIT_PROGRAM_FD 4
#define FRONT_PROGRAM_FD 5
#define RUNNER_PROGRAM_FD 6
#define RESOLVER_PROGRAM_FD 7
#define KEPT_VAULT_FD 8

/* A process that was forked as a worker and still runs. TASK_ABORT kills it, whatever it has
 * become. */
struct running {
	uint32_t number;
	pid_t pid;
	bool awaited; /* the keeper wants to know when it ends */
};

struct spawner {
	struct host host;
	struct running *running;
	size_t n_running, size;
	int workers_fd; /* cgroup of all processes that end with the daemon */
	int signal_fd;
	bool vault_pinned;
	struct wire_message message;
	struct wire_writer writer;
};

static void remember(struct spawner *spawner, uint32_t number, pid_t pid)
{
	if (spawner->n_running == spawner->size) {
		size_t size = spawner->size ? 2 * spawner->size : 16;
		struct running *more = realloc(spawner->running, size * sizeof(*more));

		/* the worker goes on, but cannot be aborted */
		if (!more)
			return;
		spawner->running = more;
		spawner->size = size;
	}
	spawner->running[spawner->n_running++] = (struct running){number, pid, false};
}

static void say_ended(struct spawner *spawner, uint32_t number)
{
	wire_begin(&spawner->writer, TASK_ENDED, 0, number, 0);
	/* reading from the channel tells whether the keeper is gone */
	(void)wire_send(&spawner->writer, CHANNEL_FD);
}

static void forget(struct spawner *spawner, pid_t pid)
{
	for (size_t i = 0; i < spawner->n_running; i++)
		if (spawner->running[i].pid == pid) {
			if (spawner->running[i].awaited)
				say_ended(spawner, spawner->running[i].number);
			spawner->running[i] = spawner->running[--spawner->n_running];
			return;
		}
}

static void on_fork(struct spawner *spawner, uint32_t number, int channel_fd)
{
	struct fault fault;
	pid_t pid;

	/* if no new /proc can be mounted, the old one is good enough */
	(void)sysctl_renew(&spawner->host);
	pid = process_fork(0, -1, NULL);
	if (pid == 0) {
		close_fd(CHANNEL_FD);
		close_fd(spawner->signal_fd);
		spawner->host.report_fd = channel_fd;
		worker_run(&spawner->host, FRONT_PROGRAM_FD);
	}
	if (pid > 0) {
		remember(spawner, number, pid);
	} else {
		fault_set(&fault, STEP_WORKER, 0, -pid);
		worker_decline(channel_fd, &fault);
	}
}

/* Marks a process whose end the keeper waits for. The end is reported, at once if the process has
 * ended already. */
static void on_await(struct spawner *spawner, uint32_t number, bool kill_it)
{
	for (size_t i = 0; i < spawner->n_running; i++)
		if (spawner->running[i].number == number) {
			spawner->running[i].awaited = true;
			if (kill_it)
				kill(spawner->running[i].pid, SIGKILL);
			return;
		}
	say_ended(spawner, number);
}

/* Handles a message of the keeper. Returns 0, or -errno if the spawner cannot go on. */
static int on_message(struct spawner *spawner)
{
	uint32_t number = spawner->message.header->nlmsg_seq;
	uint16_t type = spawner->message.header->nlmsg_type;
	struct task_fork fork;

	if (type == TASK_ABORT || type == TASK_AWAIT) {
		on_await(spawner, number, type == TASK_ABORT);
		return 0;
	}
	if (type != TASK_FORK || wire_decode(&spawner->message, &task_fork_layout, &fork) < 0)
		return -EBADMSG;
	on_fork(spawner, number, fork.channel_fd);
	/* the worker must hold the only copy of its end of the channel */
	wire_message_close_fds(&spawner->message);
	return 0;
}

static void reap(struct spawner *spawner)
{
	struct signalfd_siginfo info;
	pid_t pid;

	(void)!read(spawner->signal_fd, &info, sizeof(info));
	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		forget(spawner, pid);
}

static int run(struct spawner *spawner)
{
	struct pollfd fds[] = {
		{.fd = CHANNEL_FD, .events = POLLIN},
		{.fd = spawner->signal_fd, .events = POLLIN},
	};

	for (;;) {
		int r;

		if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			return negative_errno();
		if (fds[1].revents)
			reap(spawner);
		if (!fds[0].revents)
			continue;
		r = wire_receive(&spawner->message, CHANNEL_FD);
		if (r > 0)
			r = on_message(spawner) < 0 ? -EBADMSG : 1;
		if (r <= 0)
			return r;
	}
}

/* --- cgroups --- */

static int move_into(pid_t pid, const char *name _unused_, void *context)
{
	return cgroup_move(*(int *)context, pid);
}

/* Moves all processes out of the delegated cgroup, also the one that keeps it for us: the kernel
 * enables no controllers below a cgroup with processes. */
static int clear_delegated(int cgroup_fd)
{
	_cleanup_fd_ int unit_fd = cgroup_make(cgroup_fd, "unit");

	return unit_fd < 0 ? unit_fd : cgroup_each_process(cgroup_fd, false, move_into, &unit_fd);
}

/*
 * Opens three cgroups beside the sets': "workers", for this process and all that it forks, and
 * "runners" and "watchers", where these are born. They are not in the keeper's own cgroup, which a
 * service manager may stop.
 */
static int open_cgroups(struct spawner *spawner, const char *path, bool delegated)
{
	struct host *host = &spawner->host;
	int r;

	host->hierarchy_fd = cgroup_open_root();
	if (host->hierarchy_fd < 0)
		return host->hierarchy_fd;
	host->cgroup_fd = cgroup_make(host->hierarchy_fd, path);
	if (host->cgroup_fd < 0)
		return host->cgroup_fd;
	r = delegated ? clear_delegated(host->cgroup_fd) : 0;
	if (r < 0)
		return r;
	spawner->workers_fd = cgroup_make(host->cgroup_fd, "workers");
	host->runners_fd = cgroup_make(host->cgroup_fd, "runners");
	host->watchers_fd = cgroup_make(host->cgroup_fd, "watchers");
	return MIN(MIN(MIN(spawner->workers_fd, host->runners_fd), host->watchers_fd), 0);
}

static int kill_leftovers(void *context, struct leftover *ret)
{
	const struct spawner *spawner = context;
	int r = leftover_kill(spawner->workers_fd, LEFTOVER_ALL, ret);

	if (r == 0)
		r = leftover_kill(spawner->host.runners_fd, LEFTOVER_PRIVILEGED, ret);
	return r < 0 ? r : leftover_kill(spawner->host.watchers_fd, LEFTOVER_PRIVILEGED, ret);
}

/* Ends the processes in "workers", and enters it. */
static int take_over(struct spawner *spawner)
{
	struct leftover left;
	int r = leftover_end(kill_leftovers, spawner, &left);

	if (r < 0)
		return r;
	if (left.stuck + left.alive > 0)
		fprintf(stderr,
			"nsctld-spawner: %u processes of a daemon before this one are killed, but "
			"have not ended: they wait for a file system or the like\n",
			left.stuck + left.alive);
	return cgroup_move(spawner->workers_fd, 0);
}

static int block_signals(struct spawner *spawner)
{
	sigset_t wanted;

	/* the keeper decides when to stop; a ^C in its terminal must not */
	setsid();
	sigemptyset(&wanted);
	sigaddset(&wanted, SIGCHLD);
	if (sigprocmask(SIG_SETMASK, &wanted, NULL) < 0)
		return negative_errno();
	spawner->signal_fd = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
	return MIN(spawner->signal_fd, 0);
}

static int say_ready(struct spawner *spawner)
{
	struct task_ready ready = {
		.vault_fd = spawner->host.vault_root_fd,
		.vault_mnt_fd = spawner->host.vault_fd,
		.vault_pinned = spawner->vault_pinned,
		.cgroup_fd = spawner->host.cgroup_fd,
	};

	wire_begin(&spawner->writer, TASK_READY, 0, 0, 0);
	wire_put(&spawner->writer, &task_ready_layout, &ready);
	return wire_send(&spawner->writer, CHANNEL_FD);
}

static int complain(const char *what, int negative)
{
	fprintf(stderr, "nsctld-spawner: cannot %s: %s\n", what, strerror(-negative));
	return EXIT_FAILURE;
}

/* Returns the vault of an earlier daemon if the service manager has kept it, or -1. */
static int kept_vault(void)
{
	return fcntl(KEPT_VAULT_FD, F_SETFD, FD_CLOEXEC) < 0 ? -1 : KEPT_VAULT_FD;
}

static int set_up(struct spawner *spawner, char *const *arguments)
{
	struct host *host = &spawner->host;
	const char *what = "open the runtime directory";
	int r;

	host->runtime = arguments[1];
	host->init_program_fd = INIT_PROGRAM_FD;
	host->runner_program_fd = RUNNER_PROGRAM_FD;
	host->resolver_program_fd = RESOLVER_PROGRAM_FD;
	host->init_uid = strtoul(arguments[3], NULL, 10);
	host->init_gid = strtoul(arguments[4], NULL, 10);
	host->runtime_fd = open(host->runtime, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = MIN(host->runtime_fd, 0) ? negative_errno() : 0;
	if (r == 0) {
		what = "mount cgroup2 and make a group in it";
		r = open_cgroups(spawner, arguments[2], arguments[5] != NULL);
	}
	if (r == 0) {
		what = "end what a daemon before this one has left";
		r = take_over(spawner);
	}
	if (r == 0) {
		what = "open the net namespace";
		host->net_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		r = host->net_fd < 0 ? negative_errno() : 0;
	}
	if (r == 0) {
		what = "open a /proc";
		host->sysctl_fd = -1;
		host->proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
		r = host->proc_fd < 0 ? negative_errno() : sysctl_renew(host);
	}
	if (r == 0)
		net_open_defaults(host);
	if (r == 0) {
		what = "look at its own namespaces";
		r = wall_read_host(&host->wall);
	}
	if (r == 0) {
		what = "open or make the vault";
		r = vault_open(host, kept_vault(), &spawner->vault_pinned);
	}
	if (r == 0) {
		what = "set signals up";
		r = block_signals(spawner);
	}
	if (r == 0)
		r = wire_message_init(&spawner->message);
	if (r == 0)
		r = wire_writer_init(&spawner->writer, WIRE_SIZE_MAX);
	return r < 0 ? complain(what, r) : 0;
}

int main(int argc, char **argv)
{
	static struct spawner spawner;
	int r;

	if (argc != 5 && argc != 6)
		return complain("start: it is nsctld that starts this program", -EINVAL);
	for (int fd = CHANNEL_FD; fd <= RESOLVER_PROGRAM_FD; fd++)
		if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
			return complain("start: it is nsctld that starts this program",
					negative_errno());
	prctl(PR_SET_DUMPABLE, 0);
	umask(022);
	/* the keeper's protection against the OOM killer is not passed on to other processes */
	(void)limits_raise_oom_score(0);
	fault_point_register("NSCTL_SPAWNER_PID");
	r = set_up(&spawner, argv);
	if (r == 0 && say_ready(&spawner) < 0)
		r = EXIT_FAILURE;
	if (r == 0)
		r = run(&spawner) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	return r;
}
