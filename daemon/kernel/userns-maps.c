/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sched.h>
#include <signal.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/privilege.h"
#include "daemon/kernel/process.h"
#include "daemon/kernel/file.h"
#include "daemon/kernel/userns-maps.h"

/* Room for the longest map that is accepted, and for one more line. */
#define MAP_SIZE ((MAP_RANGES_MAX + 2) * 40)

static int read_map(pid_t pid, const char *name, struct wire_map *ret)
{
	char path[64], text[MAP_SIZE], *at = text;
	int r;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	r = file_read(AT_FDCWD, path, text, sizeof(text));
	if (r < 0)
		return r;
	*ret = (struct wire_map){};
	for (int used; *at; at += used) {
		struct wire_range *range = &ret->ranges[ret->n_ranges];

		if (ret->n_ranges == MAP_RANGES_MAX)
			return -E2BIG;
		if (sscanf(at, "%u %u %u %n", &range->inside, &range->outside, &range->count,
			   &used) != 3)
			return -EBADMSG;
		ret->n_ranges++;
	}
	return ret->n_ranges > 0 ? 0 : -ENODATA;
}

/* Enters the user namespace, reports that by a byte, and stays there until it is killed. */
static void __attribute__((noreturn)) child_guest(int user_fd, int say_fd)
{
	child_ends_with_parent();
	if (setns(user_fd, CLONE_NEWUSER) < 0)
		_exit(EXIT_FAILURE);
	privilege_conceal();
	if (write(say_fd, "", 1) != 1)
		_exit(EXIT_FAILURE);
	for (;;)
		pause();
}

int userns_read_maps(int user_fd, struct wire_map *ret_users, struct wire_map *ret_groups)
{
	_cleanup_fd_ int hear_fd = -1, guest_fd = -1;
	int pair[2], status, r;
	char said;
	pid_t pid;

	if (pipe2(pair, O_CLOEXEC) < 0)
		return negative_errno();
	hear_fd = pair[0];
	pid = process_fork(0, -1, &guest_fd);
	if (pid == 0)
		child_guest(user_fd, pair[1]);
	close_fd(pair[1]);
	if (pid < 0)
		return pid;
	r = read(hear_fd, &said, 1) == 1 ? 0 : -ECHILD;
	if (r == 0)
		r = read_map(pid, "uid_map", ret_users);
	if (r == 0)
		r = read_map(pid, "gid_map", ret_groups);
	process_signal(guest_fd, SIGKILL);
	process_wait(pid, &status);
	return r;
}
