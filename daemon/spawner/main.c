/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nsctld-spawner: the small root process that makers, runners and fronts are forked from. It holds
 * no user's data: a request is decoded, forked for, and forgotten. Its mount tree has no pins. It
 * ends with the keeper, and takes makers along; runners go on. A lock on RUNTIME/spawner.lock,
 * shared with makers and with runners that have not dropped their privilege yet, tells the next
 * keeper when nobody changes the kernel any more.
 *
 * Descriptor 3 is the channel to the keeper.
 * Usage: nsctld-spawner RUNTIME CGROUP INIT-UID INIT-GID [delegated]
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "daemon/kernel/cgroup.h"
#include "daemon/kernel/child.h"
#include "daemon/kernel/fault.h"
#include "daemon/kernel/front.h"
#include "daemon/kernel/host.h"
#include "daemon/kernel/firewall.h"
#include "daemon/kernel/link.h"
#include "daemon/kernel/make.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/runner.h"
#include "daemon/kernel/sysctl.h"
#include "daemon/kernel/vault.h"
#include "daemon/wire/task.h"

#define CHANNEL_FD 3
#define INIT_PROGRAM_FD 4
#define FRONT_PROGRAM_FD 5
#define KEPT_VAULT_FD 6
/* How long makers of a keeper before may take to end. */
#define LOCK_MILLISECONDS 20000

/* Children that run: what TASK_ABORT kills and, but for runners, the end of the keeper. */
struct running {
	uint32_t task;
	pid_t pid;
	bool is_runner;
};

struct spawner {
	struct host host;
	struct running *running;
	size_t n_running, size;
	int lock_fd;
	int signal_fd;
	bool vault_pinned;
	struct wire_message message;
};

/* The request being worked on: too large for the stack of every function. */
static union {
	struct task_create create;
	struct task_remove remove;
	struct task_start start;
	struct task_inspect inspect;
	struct task_wire wire;
	struct task_adjust adjust;
	struct task_restore restore;
	struct task_front front;
} task;

static void remember(struct spawner *spawner, uint32_t number, pid_t pid, bool is_runner)
{
	if (spawner->n_running == spawner->size) {
		size_t size = spawner->size ? 2 * spawner->size : 16;
		struct running *more = realloc(spawner->running, size * sizeof(*more));

		/* then it cannot be aborted, which is no reason to end it */
		if (!more)
			return;
		spawner->running = more;
		spawner->size = size;
	}
	spawner->running[spawner->n_running++] = (struct running){number, pid, is_runner};
}

static void forget(struct spawner *spawner, pid_t pid)
{
	for (size_t i = 0; i < spawner->n_running; i++)
		if (spawner->running[i].pid == pid) {
			spawner->running[i] = spawner->running[--spawner->n_running];
			return;
		}
}

static void report_fault(int fd, enum step step, int error)
{
	struct task_report report = {
		.event = REPORT_DONE, .step = step, .error = error > 0 ? error : EIO};

	(void)!send(fd, &report, sizeof(report), MSG_NOSIGNAL);
}

static int set_cgroup(struct spawner *spawner, const struct task_set *set)
{
	char path[CGROUP_PATH_SIZE];

	snprintf(path, sizeof(path), "%u/%s", set->owner, set->id);
	return cgroup_make(spawner->host.cgroup_fd, path);
}

/* What each kind of child runs; none returns. */
static void child_task(struct spawner *spawner, uint16_t type)
{
	close_fd(CHANNEL_FD);
	close_fd(spawner->signal_fd);
	if (type == TASK_CREATE)
		child_make(&spawner->host, &task.create);
	if (type == TASK_REMOVE)
		child_remove(&spawner->host, &task.remove);
	if (type == TASK_INSPECT)
		child_inspect(&spawner->host, &task.inspect);
	if (type == TASK_LINK)
		child_link(&spawner->host, &task.wire);
	if (type == TASK_ADJUST)
		child_adjust(&spawner->host, &task.adjust);
	if (type == TASK_RESTORE)
		child_restore(&spawner->host, &task.restore);
	if (type == TASK_UNLINK)
		child_unlink(&spawner->host, &task.wire);
	child_runner(&spawner->host, &task.start);
}

static int report_fd(uint16_t type)
{
	if (type == TASK_CREATE)
		return task.create.report_fd;
	if (type == TASK_REMOVE)
		return task.remove.report_fd;
	if (type == TASK_LINK || type == TASK_UNLINK)
		return task.wire.report_fd;
	if (type == TASK_ADJUST)
		return task.adjust.report_fd;
	if (type == TASK_RESTORE)
		return task.restore.report_fd;
	return type == TASK_INSPECT ? task.inspect.report_fd : task.start.report_fd;
}

static void on_task(struct spawner *spawner, uint16_t type, uint32_t number)
{
	_cleanup_fd_ int cgroup_fd = -1;
	pid_t pid;

	if (type == TASK_CREATE) {
		cgroup_fd = set_cgroup(spawner, &task.create.set);
		if (cgroup_fd < 0) {
			report_fault(report_fd(type), STEP_CGROUP, -cgroup_fd);
			return;
		}
	}
	/* the one that there is will do as well when no other can be made */
	(void)sysctl_renew(&spawner->host);
	pid = process_fork(0, cgroup_fd, NULL);
	if (pid == 0)
		child_task(spawner, type);
	if (pid < 0)
		report_fault(report_fd(type), STEP_FORK, -pid);
	else
		remember(spawner, number, pid, type == TASK_START);
}

/* When it cannot be started, the keeper sees its channel close. */
static void on_front(void)
{
	if (process_fork(0, -1, NULL) == 0)
		child_front(FRONT_PROGRAM_FD, &task.front);
}

static void on_abort(struct spawner *spawner, uint32_t number)
{
	for (size_t i = 0; i < spawner->n_running; i++)
		if (spawner->running[i].task == number)
			kill(spawner->running[i].pid, SIGKILL);
}

static const struct wire_layout *task_layout(uint16_t type)
{
	switch (type) {
	case TASK_CREATE:
		return &task_create_layout;
	case TASK_REMOVE:
		return &task_remove_layout;
	case TASK_START:
		return &task_start_layout;
	case TASK_INSPECT:
		return &task_inspect_layout;
	case TASK_RESTORE:
		return &task_restore_layout;
	case TASK_LINK:
	case TASK_UNLINK:
		return &task_wire_layout;
	case TASK_ADJUST:
		return &task_adjust_layout;
	case TASK_FRONT:
		return &task_front_layout;
	default:
		return NULL;
	}
}

/* 0, or a failure that the spawner cannot go on after. */
static int on_message(struct spawner *spawner)
{
	uint32_t number = spawner->message.header->nlmsg_seq;
	uint16_t type = spawner->message.header->nlmsg_type;
	const struct wire_layout *layout = task_layout(type);

	if (type == TASK_ABORT) {
		on_abort(spawner, number);
		return 0;
	}
	if (!layout || wire_decode(&spawner->message, layout, &task) < 0)
		return -EBADMSG;
	if (type == TASK_FRONT)
		on_front();
	else
		on_task(spawner, type, number);
	/* the child's end of its socket must be the only one */
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

/* Waits for the makers of a keeper before, which hold the lock too: they were told to end. */
static int take_lock(struct spawner *spawner)
{
	spawner->lock_fd = openat(spawner->host.runtime_fd, "spawner.lock",
				  O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (spawner->lock_fd < 0)
		return negative_errno();
	for (int waited = 0; flock(spawner->lock_fd, LOCK_EX | LOCK_NB) < 0; waited += 10) {
		if (errno != EWOULDBLOCK || waited > LOCK_MILLISECONDS)
			return negative_errno();
		poll(NULL, 0, 10);
	}
	return 0;
}

/*
 * delegated: what is forked here is born in a cgroup beside the sets', and so lives on when the
 * service manager stops the keeper's. None may be in the delegated one itself: that would keep
 * controllers from being used below it.
 */
static int open_cgroup(struct spawner *spawner, const char *path, bool delegated)
{
	_cleanup_fd_ int root_fd = cgroup_open_root(), own_fd = -1;

	if (root_fd < 0)
		return root_fd;
	spawner->host.cgroup_fd = cgroup_make(root_fd, path);
	if (spawner->host.cgroup_fd < 0 || !delegated)
		return MIN(spawner->host.cgroup_fd, 0);
	own_fd = cgroup_make(spawner->host.cgroup_fd, "daemon");
	return own_fd < 0 ? own_fd : cgroup_enter(own_fd);
}

static int block_signals(struct spawner *spawner)
{
	sigset_t wanted;

	/* the keeper says when to stop; a ^C in its terminal is not for us */
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
	struct wire_writer writer;
	int r = wire_writer_init(&writer);

	if (r < 0)
		return r;
	wire_begin(&writer, TASK_READY, 0, 0, 0);
	wire_put(&writer, &task_ready_layout, &ready);
	r = wire_send(&writer, CHANNEL_FD);
	wire_writer_done(&writer);
	return r;
}

static int complain(const char *what, int negative)
{
	fprintf(stderr, "nsctld-spawner: cannot %s: %s\n", what, strerror(-negative));
	return EXIT_FAILURE;
}

/* The vault of a daemon before, where the service manager has kept it for us; else -1. */
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
	host->init_uid = strtoul(arguments[3], NULL, 10);
	host->init_gid = strtoul(arguments[4], NULL, 10);
	host->runtime_fd = open(host->runtime, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r = MIN(host->runtime_fd, 0) ? negative_errno() : 0;
	if (r == 0) {
		what = "wait for the makers of a daemon before this one";
		r = take_lock(spawner);
	}
	if (r == 0) {
		what = "open the net namespace";
		host->net_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		r = host->net_fd < 0 ? negative_errno() : 0;
	}
	if (r == 0) {
		what = "open a /proc";
		host->sysctl_fd = -1;
		r = sysctl_renew(host);
	}
	if (r == 0) {
		what = "open or make the vault";
		r = vault_open(host, kept_vault(), &spawner->vault_pinned);
	}
	if (r == 0) {
		what = "mount cgroup2 and make a group in it";
		r = open_cgroup(spawner, arguments[2], arguments[5] != NULL);
	}
	if (r == 0) {
		what = "set signals up";
		r = block_signals(spawner);
	}
	if (r == 0)
		r = wire_message_init(&spawner->message);
	return r < 0 ? complain(what, r) : 0;
}

int main(int argc, char **argv)
{
	static struct spawner spawner;
	int r;

	if (argc != 5 && argc != 6)
		return complain("start: it is nsctld that starts this program", -EINVAL);
	for (int fd = CHANNEL_FD; fd <= FRONT_PROGRAM_FD; fd++)
		if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
			return complain("start: it is nsctld that starts this program",
					negative_errno());
	prctl(PR_SET_DUMPABLE, 0);
	umask(022);
	fault_register("NSCTL_SPAWNER_PID");
	r = set_up(&spawner, argv);
	if (r == 0 && say_ready(&spawner) < 0)
		r = EXIT_FAILURE;
	if (r == 0)
		r = run(&spawner) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	for (size_t i = 0; i < spawner.n_running; i++)
		if (!spawner.running[i].is_runner)
			kill(spawner.running[i].pid, SIGKILL);
	return r;
}
