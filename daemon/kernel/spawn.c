/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <linux/limits.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/kernel/fault.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/spawn.h"

/* Room for a task with its arguments; more waits in the keeper. */
#define CHANNEL_BUFFER (4 * 1024 * 1024)

static void close_programs(struct spawn_programs *programs)
{
	programs->spawner_fd = close_fd(programs->spawner_fd);
	programs->init_fd = close_fd(programs->init_fd);
	programs->front_fd = close_fd(programs->front_fd);
	programs->runner_fd = close_fd(programs->runner_fd);
}

static int open_in(const char *directory, struct spawn_programs *ret)
{
	int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = 0;

	if (fd < 0)
		return negative_errno();
	ret->spawner_fd = openat(fd, "nsctld-spawner", O_PATH | O_CLOEXEC | O_NOFOLLOW);
	ret->init_fd = openat(fd, "nsctl-init", O_PATH | O_CLOEXEC | O_NOFOLLOW);
	ret->front_fd = openat(fd, "nsctld-front", O_PATH | O_CLOEXEC | O_NOFOLLOW);
	ret->runner_fd = openat(fd, "nsctl-runner", O_PATH | O_CLOEXEC | O_NOFOLLOW);
	if (ret->spawner_fd < 0 || ret->init_fd < 0 || ret->front_fd < 0 || ret->runner_fd < 0)
		r = -ENOENT;
	close_fd(fd);
	if (r < 0)
		close_programs(ret);
	return r;
}

int spawn_find_programs(struct spawn_programs *ret)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n < 0)
		return negative_errno();
	path[n] = '\0';
	*strrchr(path, '/') = '\0';
	return open_in(path, ret) == 0 ? 0 : open_in(PKGLIBEXECDIR, ret);
}

void spawn_cgroup_name(const char *runtime, char ret[static SPAWN_CGROUP_SIZE])
{
	uint32_t hash = 2166136261; /* FNV-1a: a name, no secret */

	if (strcmp(runtime, RUNSTATEDIR "/nsctl") == 0) {
		strcpy(ret, "nsctl");
		return;
	}
	for (const char *at = runtime; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 16777619;
	snprintf(ret, SPAWN_CGROUP_SIZE, "nsctl-%08x", hash);
}

static void __attribute__((noreturn)) child_spawner(const struct spawn_programs *programs,
						    int channel_fd, const struct spawn_place *place)
{
	char uid[16], gid[16], cgroup[PATH_MAX], path[PATH_MAX];
	static char name[] = "nsctld-spawner", delegated[] = "delegated";
	char *arguments[] = {name, path, cgroup, uid, gid, place->delegated ? delegated : NULL,
			     NULL};
	char *environment[8] = {NULL};
	const int wanted[] = {channel_fd,	   programs->init_fd, programs->front_fd,
			      programs->runner_fd, place->vault_fd,   programs->spawner_fd};
	int high[ARRAY_SIZE(wanted)], n = place->vault_fd < 0 ? 4 : 5;

	snprintf(path, sizeof(path), "%s", place->runtime);
	snprintf(cgroup, sizeof(cgroup), "%s", place->cgroup);
	snprintf(uid, sizeof(uid), "%u", place->init_uid);
	snprintf(gid, sizeof(gid), "%u", place->init_gid);
	/* from 3 on as the spawner expects them; by way of numbers above */
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		high[i] = fcntl(wanted[i], F_DUPFD_CLOEXEC, 10);
	for (int i = 0; i < n; i++)
		if (high[i] < 0 || dup2(high[i], 3 + i) < 0)
			_exit(1);
	process_close_from(3 + n, high[5]);
	process_reset_signals();
	fault_environment(environment, ARRAY_SIZE(environment));
	process_execute_fd(high[5], arguments, environment);
	_exit(1);
}

int spawn_spawner(struct spawn_programs *programs, const struct spawn_place *place, pid_t *ret_pid,
		  int *ret_channel_fd)
{
	int pair[2], size = CHANNEL_BUFFER;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return negative_errno();
	setsockopt(pair[0], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	pid = process_fork(0, -1, NULL);
	if (pid == 0)
		child_spawner(programs, pair[1], place);
	close_fd(pair[1]);
	close_programs(programs);
	if (pid < 0) {
		close_fd(pair[0]);
		return pid;
	}
	*ret_pid = pid;
	*ret_channel_fd = pair[0];
	return 0;
}
