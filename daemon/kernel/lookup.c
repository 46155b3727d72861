/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/lookup.h"
#include "daemon/kernel/pass.h"
#include "daemon/kernel/process.h"

struct lookup {
	int directory_fd;
	const char *path;
	const struct open_how *how;
	const struct identity *files;
};

static int open_here(const struct lookup *lookup)
{
	int fd = syscall(SYS_openat2, lookup->directory_fd, lookup->path, lookup->how,
			 sizeof(*lookup->how));

	return fd < 0 ? negative_errno() : fd;
}

static int open_with_file_ids(const struct lookup *lookup)
{
	int fd, back, r = privilege_files_as_caller(lookup->files);

	if (r < 0)
		return r;
	fd = open_here(lookup);
	back = privilege_files_as_root();
	if (back == 0)
		return fd;
	close_fd(fd);
	return back;
}

/* --- by a child with all of the user's ids --- */

/* Looks the path up with all of the user's ids. The user has full power over this process, so it
 * holds nothing of value. */
static void __attribute__((noreturn)) child_look_up(struct lookup *lookup, int channel_fd)
{
	int fd;

	child_begin();
	if (dup2(channel_fd, 0) < 0 ||
	    (lookup->directory_fd >= 0 && dup2(lookup->directory_fd, 1) < 0))
		_exit(EXIT_FAILURE);
	process_close_from(2, -1);
	if (lookup->directory_fd >= 0)
		lookup->directory_fd = 1;
	fd = privilege_drop(lookup->files, false);
	if (fd == 0)
		fd = open_here(lookup);
	pass_send(0, fd);
	_exit(EXIT_SUCCESS);
}

static int open_with_all_ids(struct lookup *lookup)
{
	_cleanup_fd_ int here_fd = -1;
	int pair[2], status, fd;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return negative_errno();
	here_fd = pair[0];
	pid = process_fork(0, -1, NULL);
	if (pid == 0)
		child_look_up(lookup, pair[1]);
	close_fd(pair[1]);
	if (pid < 0)
		return pid;
	fd = pass_receive(here_fd);
	if (fd == -EPIPE)
		fd = -EACCES; /* a child that was killed had no access */
	process_wait(pid, &status);
	return fd;
}

int lookup_open(int directory_fd, const char *path, const struct open_how *how,
		const struct identity *files)
{
	struct lookup lookup = {directory_fd, path, how, files};
	int r = files ? open_with_file_ids(&lookup) : open_here(&lookup);

	return r == -EACCES && files && files->uid != 0 ? open_with_all_ids(&lookup) : r;
}
