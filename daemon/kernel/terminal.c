/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <termios.h>
#include "base.h"
#include "daemon/kernel/terminal.h"

/* Opens /dev/pts if it is a devpts, and not the one of the given terminal. */
static int open_other_devpts(int given_fd)
{
	struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_NO_MAGICLINKS,
	};
	_cleanup_fd_ int fd = syscall(SYS_openat2, AT_FDCWD, "/dev/pts", &how, sizeof(how));
	struct stat given, found;
	struct statfs fs;

	if (fd < 0 || fstatfs(fd, &fs) < 0 || fs.f_type != DEVPTS_SUPER_MAGIC ||
	    fstat(fd, &found) < 0 || fstat(given_fd, &given) < 0 || found.st_dev == given.st_dev)
		return -1;
	return take_fd(&fd);
}

/* Opens the other side of a pty. Fails for every other file. */
static int open_slave(int master_fd)
{
	int zero = 0;

	if (ioctl(master_fd, TIOCSPTLCK, &zero) < 0)
		return -1;
	return ioctl(master_fd, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static void copy_properties(int from_fd, int to_fd)
{
	struct termios mode;
	struct winsize size;

	if (tcgetattr(from_fd, &mode) == 0)
		tcsetattr(to_fd, TCSANOW, &mode);
	if (ioctl(from_fd, TIOCGWINSZ, &size) == 0)
		ioctl(to_fd, TIOCSWINSZ, &size);
}

static bool send_pair(int socket_fd, int master_fd, int slave_fd)
{
	const int fds[] = {master_fd, slave_fd};
	union {
		char space[CMSG_SPACE(sizeof(fds))];
		struct cmsghdr align;
	} control = {};
	char byte = 0;
	struct iovec data = {&byte, 1};
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fds));
	memcpy(CMSG_DATA(header), fds, sizeof(fds));
	return sendmsg(socket_fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) == 1;
}

int terminal_make_inside(int given_fd, int socket_fd)
{
	_cleanup_fd_ int devpts_fd = open_other_devpts(given_fd);
	_cleanup_fd_ int master_fd = -1, slave_fd = -1;

	if (devpts_fd < 0)
		return -1;
	/* root inside may have mounted anything on this name */
	master_fd =
		openat(devpts_fd, "ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (master_fd < 0)
		return -1;
	slave_fd = open_slave(master_fd);
	if (slave_fd < 0)
		return -1;
	copy_properties(given_fd, slave_fd);
	return send_pair(socket_fd, master_fd, slave_fd) ? take_fd(&slave_fd) : -1;
}
