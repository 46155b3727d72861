/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The system calls that the harness makes fail, each with an errno that is possible with correct
 * arguments: no memory, no descriptor, no room, a limit, an older kernel. Calls that cannot fail
 * like this (close, wait, kill, getpid) are neither listed nor counted.
 */
#pragma once

#include <errno.h>
#include <sys/syscall.h>

enum call_when {
	WHEN_ALWAYS,
	WHEN_REGULAR_FILE, /* the first argument is one: of procfs and cgroups too */
	WHEN_NETLINK,	   /* it is a netlink socket */
	WHEN_DUPLICATING,  /* fcntl */
	WHEN_LOCKING,	   /* fcntl */
	WHEN_PEER_PIDFD,   /* getsockopt */
	WHEN_PATH,	   /* not of an open file */
	WHEN_NOT_SANITIZED,
};

struct call {
	long number;
	const char *name;
	int error;
	enum call_when when;
	int path;	/* which argument is one, from 1 on; 0: none */
	int path_flags; /* WHEN_PATH: index of the argument with AT_EMPTY_PATH */
};

#define CALL(call, fails_with, ...)                                                     \
	{                                                                               \
		.number = SYS_##call, .name = #call, .error = fails_with, ##__VA_ARGS__ \
	}

static const struct call calls[] = {
	/* descriptors: the system's table is full (a process's own would be EMFILE) */
	CALL(openat, ENFILE, .path = 2),
	CALL(openat2, ENFILE, .path = 2),
	CALL(open_tree, ENFILE, .path = 2),
	CALL(socket, ENFILE),
	CALL(socketpair, ENFILE),
	CALL(accept4, ENFILE),
	CALL(pipe2, ENFILE),
	CALL(memfd_create, ENFILE),
	CALL(epoll_create1, EMFILE),
	CALL(eventfd2, ENFILE),
	CALL(signalfd4, ENFILE),
	CALL(timerfd_create, ENFILE),
	CALL(pidfd_open, EMFILE),
	CALL(fcntl, EMFILE, .when = WHEN_DUPLICATING),
	CALL(fcntl, ENOLCK, .when = WHEN_LOCKING),
	CALL(flock, ENOLCK),
	CALL(getsockopt, EMFILE, .when = WHEN_PEER_PIDFD),
	CALL(fsopen, ENFILE, .path = 1),
	CALL(fsmount, ENFILE),
	/* limits */
	CALL(clone, EAGAIN),
	CALL(clone3, EAGAIN),
	CALL(unshare, ENOSPC),
	CALL(setuid, EAGAIN),
	CALL(setresuid, EAGAIN),
	/* room */
	CALL(mkdirat, ENOSPC, .path = 2),
	CALL(renameat, ENOSPC, .path = 2),
	CALL(renameat2, ENOSPC, .path = 2),
	CALL(write, ENOSPC, .when = WHEN_REGULAR_FILE),
	CALL(setxattr, ENOSPC, .path = 1),
	CALL(mount, ENOSPC, .path = 2), /* fs.mount-max */
	CALL(move_mount, ENOSPC),
	/* memory */
	CALL(setns, ENOMEM),
	CALL(umount2, ENOMEM, .path = 1),
	CALL(fsconfig, ENOMEM),
	CALL(mount_setattr, ENOMEM),
	CALL(pivot_root, ENOMEM),
	CALL(unlinkat, ENOMEM, .path = 2),
	CALL(read, ENOMEM, .when = WHEN_REGULAR_FILE),
	CALL(pread64, ENOMEM, .when = WHEN_REGULAR_FILE),
	CALL(getdents64, ENOMEM),
	CALL(newfstatat, ENOMEM, .when = WHEN_PATH, .path = 2, .path_flags = 3),
	CALL(statx, ENOMEM, .when = WHEN_PATH, .path = 2, .path_flags = 2),
	CALL(statfs, ENOMEM, .path = 1),
	CALL(readlinkat, ENOMEM, .path = 2),
	CALL(fchmodat, ENOMEM, .path = 2),
	CALL(fchownat, ENOMEM, .path = 2),
	CALL(chdir, ENOMEM, .path = 1),
	CALL(chroot, ENOMEM, .path = 1),
	CALL(sendto, ENOBUFS),
	CALL(sendmsg, ENOBUFS),
	CALL(recvfrom, ENOBUFS, .when = WHEN_NETLINK),
	CALL(recvmsg, ENOBUFS, .when = WHEN_NETLINK),
	CALL(bind, ENOMEM),
	CALL(epoll_ctl, ENOMEM),
	CALL(sched_setaffinity, ENOMEM),
	CALL(setgroups, ENOMEM),
	CALL(capset, ENOMEM),
	CALL(execve, ENOMEM, .path = 1),
	CALL(execveat, ENOMEM),
	CALL(mmap, ENOMEM, .when = WHEN_NOT_SANITIZED),
	/* an older kernel: NS_GET_ID and the like */
	CALL(ioctl, ENOTTY),
#ifdef SYS_open
	CALL(open, ENFILE, .path = 1),
	CALL(dup2, EMFILE),
	CALL(fork, EAGAIN),
	CALL(vfork, EAGAIN),
	CALL(mkdir, ENOSPC, .path = 1),
	CALL(rename, ENOSPC, .path = 1),
	CALL(unlink, ENOMEM, .path = 1),
	CALL(rmdir, ENOMEM, .path = 1),
	CALL(stat, ENOMEM, .path = 1),
	CALL(lstat, ENOMEM, .path = 1),
	CALL(readlink, ENOMEM, .path = 1),
	CALL(chmod, ENOMEM, .path = 1),
#endif
};
