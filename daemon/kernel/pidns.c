/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include "daemon/kernel/pidns.h"
#include "daemon/kernel/process.h"

int pidns_list(int directory_fd, ino_t own, struct pidns_list *ret)
{
	_cleanup_fd_ int fd = openat(directory_fd, "ns/pid", O_RDONLY | O_CLOEXEC);

	for (ret->n = 0; ret->n < PIDNS_LEVELS_MAX; ret->n++) {
		struct stat st;
		int parent_fd;

		if (fd < 0 || fstat(fd, &st) < 0)
			return negative_errno();
		if (st.st_ino == own)
			return 0;
		ret->inodes[ret->n] = st.st_ino;
		parent_fd = ioctl(fd, NS_GET_PARENT);
		close_fd(fd);
		fd = parent_fd;
	}
	return -ELOOP;
}

bool pidns_contains(ino_t pid_namespace, pid_t pid)
{
	char path[64];
	_cleanup_fd_ int fd = -1;
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fstat(fd, &st) == 0) {
		int parent_fd;

		if (st.st_ino == pid_namespace)
			return true;
		/* the kernel shows no namespace around ours */
		parent_fd = ioctl(fd, NS_GET_PARENT);
		close_fd(fd);
		fd = parent_fd;
	}
	return false;
}

static bool is_in(pid_t pid, ino_t pid_namespace)
{
	ino_t inode;

	return process_pid_namespace(pid, &inode) == 0 && inode == pid_namespace;
}

/* Returns a pidfd of pid if that is process 1 of the pid namespace, or -errno. */
static int open_first(pid_t pid, ino_t pid_namespace)
{
	_cleanup_fd_ int fd = is_in(pid, pid_namespace) ? process_pidfd_open(pid) : -ESRCH;

	if (fd < 0)
		return fd;
	/* the descriptor was opened first: from then on the pid cannot be reused unnoticed */
	if (process_is_first(pid) != 1 || !is_in(pid, pid_namespace) || process_has_ended(fd))
		return -ESRCH;
	return take_fd(&fd);
}

int pidns_find_first(ino_t pid_namespace)
{
	struct dirent *entry;
	DIR *processes = opendir("/proc");
	int fd = -ESRCH;

	if (!processes)
		return negative_errno();
	while (fd == -ESRCH && (entry = readdir(processes)))
		if (atoi(entry->d_name) > 0)
			fd = open_first(atoi(entry->d_name), pid_namespace);
	closedir(processes);
	return fd;
}
