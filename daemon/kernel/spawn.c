/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/spawn.h"
#include "daemon/wire/fnv.h"

/* Room for one task with its arguments; further ones wait in the keeper. */
#define CHANNEL_BUFFER (4 * 1024 * 1024)

static void close_programs(struct spawn_programs *programs)
{
	programs->spawner_fd = close_fd(programs->spawner_fd);
	programs->init_fd = close_fd(programs->init_fd);
	programs->front_fd = close_fd(programs->front_fd);
	programs->runner_fd = close_fd(programs->runner_fd);
	programs->resolver_fd = close_fd(programs->resolver_fd);
}

const char *spawn_check_program(uint32_t mode, uid_t owner, uid_t daemon_owner)
{
	if (!S_ISREG(mode))
		return "is not a regular file";
	if (owner != 0 && owner != daemon_owner)
		return "belongs neither to root nor to the owner of nsctld";
	if (mode & 044)
		return "can be read by users, who then may trace what executes it";
	if (mode & 022)
		return "can be written by others than its owner";
	if ((mode & 0111) != 0111)
		return "cannot be executed by everybody";
	return mode & 07000 ? "changes the ids of whoever executes it" : NULL;
}

/* Formats what is wrong with a helper, and the remedy. */
static void explain(const char *directory, const char *name, const struct stat *st,
		    const char *wrong, char ret_why[static SPAWN_WHY_SIZE])
{
	snprintf(ret_why, SPAWN_WHY_SIZE,
		 "%s/%s (mode %04o, uid %u) %s: it must be root's, of mode 0711 (chmod 0711 %s/%s)",
		 directory, name, st->st_mode & 07777, st->st_uid, wrong, directory, name);
}

/*
 * Returns true if a helper's only fault is that it is readable. Copies of a build tree often are,
 * which deserves a warning but no refusal. An installed helper is used by other users, and is
 * refused.
 */
static bool is_only_readable(const struct stat *st, uid_t daemon_owner)
{
	return !spawn_check_program(st->st_mode & ~044U, st->st_uid, daemon_owner);
}

static int open_program(int directory_fd, const char *directory, const char *name,
			uid_t daemon_owner, bool installed, char ret_why[static SPAWN_WHY_SIZE])
{
	_cleanup_fd_ int fd = openat(directory_fd, name, O_PATH | O_CLOEXEC | O_NOFOLLOW);
	const char *wrong;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0) {
		int r = negative_errno();

		snprintf(ret_why, SPAWN_WHY_SIZE, "%s/%s: %s", directory, name, strerror(-r));
		return r;
	}
	wrong = spawn_check_program(st.st_mode, st.st_uid, daemon_owner);
	if (wrong)
		explain(directory, name, &st, wrong, ret_why);
	if (!wrong || (!installed && is_only_readable(&st, daemon_owner)))
		return take_fd(&fd);
	return -EPERM;
}

static int open_in(const char *directory, uid_t daemon_owner, bool installed,
		   struct spawn_programs *ret, char ret_why[static SPAWN_WHY_SIZE])
{
	_cleanup_fd_ int directory_fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	const struct {
		const char *name;
		int *fd;
	} programs[] = {
		{"nsctld-spawner", &ret->spawner_fd},	{"nsctld-front", &ret->front_fd},
		{"nsctl-init", &ret->init_fd},		{"nsctl-runner", &ret->runner_fd},
		{"nsctld-resolver", &ret->resolver_fd},
	};

	*ret = (struct spawn_programs){-1, -1, -1, -1, -1};
	if (directory_fd < 0) {
		snprintf(ret_why, SPAWN_WHY_SIZE, "%s: %s", directory, strerror(errno));
		return negative_errno();
	}
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		int fd = open_program(directory_fd, directory, programs[i].name, daemon_owner,
				      installed, ret_why);

		if (fd < 0) {
			close_programs(ret);
			return fd;
		}
		*programs[i].fd = fd;
	}
	return 0;
}

int spawn_find_programs(struct spawn_programs *ret, char ret_why[static SPAWN_WHY_SIZE])
{
	char path[PATH_MAX];
	struct stat own;
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	int r;

	if (n < 0 || stat("/proc/self/exe", &own) < 0) {
		snprintf(ret_why, SPAWN_WHY_SIZE, "/proc/self/exe: %s", strerror(errno));
		return negative_errno();
	}
	path[n] = '\0';
	*strrchr(path, '/') = '\0';
	*ret_why = '\0';
	r = open_in(path, own.st_uid, false, ret, ret_why);
	if (r != -ENOENT)
		return r;
	*ret_why = '\0';
	return open_in(PKGLIBEXECDIR, own.st_uid, true, ret, ret_why);
}

void spawn_cgroup_name(const char *runtime, char ret[static SPAWN_CGROUP_SIZE])
{
	if (strcmp(runtime, RUNSTATEDIR "/nsctl") == 0) {
		strcpy(ret, "nsctl");
		return;
	}
	snprintf(ret, SPAWN_CGROUP_SIZE, "nsctl-%08x",
		 fnv_add(FNV_START, runtime, strlen(runtime)));
}

static void __attribute__((noreturn)) child_spawner(const struct spawn_programs *programs,
						    int channel_fd, const struct spawn_place *place)
{
	char uid[16], gid[16], cgroup[PATH_MAX], path[PATH_MAX];
	static char name[] = "nsctld-spawner", delegated[] = "delegated";
	char *arguments[] = {name, path, cgroup, uid, gid, place->delegated ? delegated : NULL,
			     NULL};
	char *environment[8] = {NULL};
	const int wanted[] = {channel_fd,	   programs->init_fd,	  programs->front_fd,
			      programs->runner_fd, programs->resolver_fd, place->vault_fd,
			      programs->spawner_fd};
	int high[ARRAY_SIZE(wanted)], n = place->vault_fd < 0 ? 5 : 6;

	snprintf(path, sizeof(path), "%s", place->runtime);
	snprintf(cgroup, sizeof(cgroup), "%s", place->cgroup);
	snprintf(uid, sizeof(uid), "%u", place->init_uid);
	snprintf(gid, sizeof(gid), "%u", place->init_gid);
	/* the spawner expects its descriptors from 3 on; they are moved through numbers above */
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		high[i] = fcntl(wanted[i], F_DUPFD_CLOEXEC, 10);
	for (int i = 0; i < n; i++)
		if (high[i] < 0 || dup2(high[i], 3 + i) < 0)
			_exit(1);
	process_close_from(3 + n, high[6]);
	process_reset_signals();
	fault_point_environment(environment, ARRAY_SIZE(environment));
	process_execute_fd(high[6], arguments, environment);
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
