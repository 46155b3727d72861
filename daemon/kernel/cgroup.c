/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>
#include <signal.h>
#include <sys/xattr.h>
#include <time.h>
#include "daemon/kernel/cgroup.h"
#include "daemon/kernel/file.h"
#include "daemon/kernel/mount.h"
#include "daemon/kernel/pidns.h"
#include "daemon/kernel/process.h"

/* Killed processes count as stuck if this number of successive looks, at this interval, find all of
 * them stuck. */
#define STUCK_LOOKS 5
#define STUCK_MILLISECONDS 200

int cgroup_open_root(void)
{
	return mount_new("cgroup2", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, NULL);
}

/* Makes each parent directory of path. */
static int make_way(int parent_fd, const char *path)
{
	char part[CGROUP_PATH_SIZE + 64];
	size_t n = strlen(path);

	if (n >= sizeof(part))
		return -ENAMETOOLONG;
	for (size_t end = 1; end <= n; end++) {
		if (path[end] != '/' && path[end] != '\0')
			continue;
		memcpy(part, path, end);
		part[end] = '\0';
		if (mkdirat(parent_fd, part, 0755) < 0 && errno != EEXIST)
			return negative_errno();
	}
	return 0;
}

int cgroup_make(int parent_fd, const char *path)
{
	int r = -ENOENT;

	/* another process may remove a parent directory that has just become empty */
	for (int tries = 0; r == -ENOENT && tries < 100; tries++) {
		r = mkdirat(parent_fd, path, 0755) < 0 ? negative_errno() : 0;
		if (r == -ENOENT)
			r = make_way(parent_fd, path);
		if (r == 0 || r == -EEXIST)
			r = cgroup_open(parent_fd, path);
	}
	return r;
}

int cgroup_make_last(int parent_fd, const char *path)
{
	return mkdirat(parent_fd, path, 0755) < 0 ? negative_errno() : cgroup_open(parent_fd, path);
}

void cgroup_path(const struct task_set *set, const char *session, char ret[static CGROUP_PATH_SIZE])
{
	const char *above = set->above;

	snprintf(ret, CGROUP_PATH_SIZE, "%u/%s%s%s%s%s", set->owner, above ? above : "",
		 above ? "/" SET_WITHIN : "", set->id, session ? "/" : "", session ? session : "");
}

void cgroup_path_of_processes(const struct task_set *set, const char *session,
			      char ret[static CGROUP_PROCESSES_SIZE])
{
	char path[CGROUP_PATH_SIZE];

	cgroup_path(set, session, path);
	if (set->callers_cgroup)
		snprintf(ret, CGROUP_PROCESSES_SIZE, "%s/" CALLERS_PREFIX "%s", set->callers_cgroup,
			 path);
	else
		snprintf(ret, CGROUP_PROCESSES_SIZE, "%s", path);
}

int cgroup_open_callers(int sets_fd, const struct task_set *set)
{
	_cleanup_fd_ int fd = cgroup_open(sets_fd, set->callers_cgroup);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return negative_errno();
	return st.st_ino == set->callers_inode ? take_fd(&fd) : -ENOENT;
}

int cgroup_of_processes(int sets_fd, const struct task_set *set, const char *session,
			int (*act)(int parent_fd, const char *path))
{
	char path[CGROUP_PROCESSES_SIZE];
	_cleanup_fd_ int callers_fd = -1;

	cgroup_path_of_processes(set, session, path);
	if (!set->callers_cgroup)
		return act(sets_fd, path);
	callers_fd = cgroup_open_callers(sets_fd, set);
	return callers_fd < 0 ? callers_fd
			      : act(callers_fd, path + strlen(set->callers_cgroup) + 1);
}

int cgroup_is_delegated(int cgroup_fd, uid_t uid)
{
	struct stat directory, processes;
	char mark;

	if (fstat(cgroup_fd, &directory) < 0 ||
	    fstatat(cgroup_fd, "cgroup.procs", &processes, AT_SYMLINK_NOFOLLOW) < 0)
		return negative_errno();
	if (directory.st_uid != uid || processes.st_uid != uid)
		return 0;
	return uid != 0 || (fgetxattr(cgroup_fd, "user.delegate", &mark, 1) == 1 && mark == '1');
}

static int remove_child(int cgroup_fd, const char *name, void *context _unused_)
{
	return cgroup_remove(cgroup_fd, name);
}

int cgroup_remove(int parent_fd, const char *path)
{
	_cleanup_fd_ int fd = -1;
	int r;

	if (unlinkat(parent_fd, path, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno != EBUSY)
		return negative_errno();
	/* the cgroup contains processes or other cgroups */
	fd = cgroup_open(parent_fd, path);
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	r = cgroup_each_child(fd, remove_child, NULL);
	/* another process may remove it meanwhile */
	if (r < 0 && r != -ENOENT)
		return r;
	if (unlinkat(parent_fd, path, AT_REMOVEDIR) < 0 && errno != ENOENT)
		return negative_errno();
	return 0;
}

int cgroup_kill(int cgroup_fd)
{
	return file_write(cgroup_fd, "cgroup.kill", "1");
}

int cgroup_freeze(int cgroup_fd, bool freeze)
{
	return file_write(cgroup_fd, "cgroup.freeze", freeze ? "1" : "0");
}

int cgroup_move(int cgroup_fd, pid_t pid)
{
	char text[16];
	int r;

	snprintf(text, sizeof(text), "%d", pid);
	r = file_write(cgroup_fd, "cgroup.procs", text);
	return r == -ESRCH ? 0 : r;
}

int cgroup_open_events(int cgroup_fd)
{
	int fd = openat(cgroup_fd, "cgroup.events", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? negative_errno() : fd;
}

int cgroup_read_events(int events_fd, bool *ret_populated, bool *ret_frozen)
{
	char text[256];
	ssize_t n = pread(events_fd, text, sizeof(text) - 1, 0);

	if (n < 0)
		return negative_errno();
	text[n] = '\0';
	*ret_populated = strstr(text, "populated 1") != NULL;
	*ret_frozen = strstr(text, "frozen 1") != NULL;
	return 0;
}

struct other {
	pid_t except, found;
};

static int take_other(pid_t pid, const char *name _unused_, void *context)
{
	struct other *other = context;

	if (pid == other->except)
		return 0;
	other->found = pid;
	return 1;
}

/*
 * Waits until the cgroup changes or the time is over. The kernel reports changes of cgroup.events
 * at most every 10 ms (CGROUP_FILE_NOTIFY_MIN_INTV), but the end of a process by its pidfd at once,
 * so this waits for the end of the process pid (0: none), too.
 */
static int wait_for_change(pid_t pid, int events_fd, int milliseconds)
{
	_cleanup_fd_ int pid_fd = -1;
	struct pollfd fds[2] = {{.fd = events_fd, .events = POLLPRI}, {.fd = -1, .events = POLLIN}};
	int r;

	if (pid)
		fds[1].fd = pid_fd = process_pidfd_open(pid);
	/* If there is no pidfd, the process has just ended: look again soon. In any case look again
	 * after 100 ms, because a notification is lost if another process removes the cgroup. */
	r = pid_fd < 0 ? 1 : 100;
	r = poll(fds, 2, milliseconds < 0 ? r : MIN(milliseconds, r));
	return r < 0 && errno != EINTR ? negative_errno() : r;
}

int cgroup_wait_empty(int cgroup_fd, pid_t except, int milliseconds)
{
	_cleanup_fd_ int fd = cgroup_open_events(cgroup_fd);
	struct timespec start, now;

	if (fd < 0)
		return fd;
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (;;) {
		struct other other = {.except = except};
		bool populated, frozen;
		int left = -1, r = cgroup_read_events(fd, &populated, &frozen);

		if (r < 0 || !populated)
			return r == -ENODEV ? 0 : r;
		r = cgroup_each_process(cgroup_fd, true, take_other, &other);
		if (r == 0 && except)
			return 0;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (milliseconds >= 0)
			left = milliseconds - (int)((now.tv_sec - start.tv_sec) * 1000 +
						    (now.tv_nsec - start.tv_nsec) / 1000000);
		if (milliseconds >= 0 && left <= 0)
			return -ETIMEDOUT;
		r = wait_for_change(other.found, fd, left);
		if (r < 0)
			return r;
	}
}

static int is_alive(pid_t pid, const char *name _unused_, void *context _unused_)
{
	return !process_is_stuck(pid);
}

int cgroup_wait_killed(int cgroup_fd)
{
	int r = -ETIMEDOUT;

	for (int stuck = 0; r == -ETIMEDOUT && stuck < STUCK_LOOKS; stuck++) {
		r = cgroup_wait_empty(cgroup_fd, 0, STUCK_MILLISECONDS);
		/* a process that gets processor time will end by itself, however long that takes,
		 * unless it was put into the cgroup after the others were killed */
		if (r == -ETIMEDOUT && cgroup_each_process(cgroup_fd, true, is_alive, NULL) > 0) {
			stuck = -1;
			(void)cgroup_kill(cgroup_fd);
		}
	}
	return r == -ETIMEDOUT ? -EBUSY : r;
}

struct signal_context {
	int signal;
	pid_t except;
	ino_t pid_namespace;
	char path[CGROUP_PATH_SIZE + 256]; /* of the cgroup */
};

static int signal_one(pid_t pid, const char *name _unused_, void *context)
{
	const struct signal_context *wanted = context;
	_cleanup_fd_ int fd = -1;
	char path[sizeof(wanted->path)];

	if (pid == wanted->except)
		return 0;
	fd = process_pidfd_open(pid);
	/* the descriptor was opened first: if the process is in the cgroup now, the pid has not
	 * been reused */
	if (fd < 0 || cgroup_of(pid, path, sizeof(path)) < 0 ||
	    strncmp(path, wanted->path, strlen(wanted->path)) != 0 ||
	    (wanted->pid_namespace && !pidns_contains(wanted->pid_namespace, pid)))
		return 0;
	process_signal(fd, wanted->signal);
	return 0;
}

/* Finds the path of an open cgroup in the hierarchy, without a leading slash: the name that its
 * descriptor has in procfs. Returns 0 or -errno. */
static int path_of_fd(int cgroup_fd, char *ret, size_t size)
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", cgroup_fd);
	n = readlink(link, ret, size - 1);
	if (n < 0)
		return negative_errno();
	ret[n] = '\0';
	memmove(ret, ret + (ret[0] == '/'), n);
	return 0;
}

int cgroup_signal(int cgroup_fd, int signal, pid_t except, ino_t pid_namespace)
{
	struct signal_context context = {
		.signal = signal, .except = except, .pid_namespace = pid_namespace};
	int r;

	if (signal == SIGKILL && except == 0)
		return cgroup_kill(cgroup_fd);
	r = path_of_fd(cgroup_fd, context.path, sizeof(context.path));
	return r < 0 ? r : cgroup_each_process(cgroup_fd, true, signal_one, &context);
}

/* Reads the whole text, so that a long line of another hierarchy is not taken for two lines. */
int cgroup_of_process(int directory_fd, char *ret, size_t size)
{
	_cleanup_fd_ int fd = openat(directory_fd, "cgroup", O_RDONLY | O_CLOEXEC);
	char text[16 * 1024], *line = text;
	size_t used = 0;
	ssize_t n = fd < 0 ? -1 : 1;

	while (n > 0 && used < sizeof(text) - 1) {
		n = read(fd, text + used, sizeof(text) - 1 - used);
		used += MAX(n, 0);
	}
	if (n < 0)
		return negative_errno();
	if (n > 0)
		return -ENAMETOOLONG;
	text[used] = '\0';
	while (line && strncmp(line, "0::/", 4) != 0) {
		line = strchr(line, '\n');
		line += line ? 1 : 0;
	}
	if (!line)
		return -ENOENT;
	n = strcspn(line + 4, "\n");
	if ((size_t)n >= size)
		return -ENAMETOOLONG;
	memcpy(ret, line + 4, n);
	ret[n] = '\0';
	return 0;
}

int cgroup_of(pid_t pid, char *ret, size_t size)
{
	_cleanup_fd_ int fd = process_open_directory(pid);

	return fd < 0 ? fd : cgroup_of_process(fd, ret, size);
}
