/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/lookup.h"
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

/* Room for one descriptor, which is sent along with an error or 0. */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static void tell(int channel_fd, int fd)
{
	int error = MIN(fd, 0);
	struct iovec data = {&error, sizeof(error)};
	union control control = {.header = {.cmsg_level = SOL_SOCKET,
					    .cmsg_type = SCM_RIGHTS,
					    .cmsg_len = CMSG_LEN(sizeof(fd))}};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};

	if (fd >= 0) {
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
		message.msg_control = &control;
		message.msg_controllen = sizeof(control.bytes);
	}
	(void)!sendmsg(channel_fd, &message, MSG_NOSIGNAL);
}

/* Receives the child's answer: a descriptor or -errno. A child that was killed had no access. */
static int hear(int channel_fd)
{
	int error = 0, fd = -1;
	struct iovec data = {&error, sizeof(error)};
	union control control;
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.bytes),
	};
	const struct cmsghdr *header;

	if (recvmsg(channel_fd, &message, MSG_CMSG_CLOEXEC) != sizeof(error))
		return -EACCES;
	header = CMSG_FIRSTHDR(&message);
	if (header)
		memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return error < 0 ? error : fd;
}

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
	tell(0, fd);
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
	fd = hear(here_fd);
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
