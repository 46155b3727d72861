/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets the propagation of the mounts in a new mount namespace, and detaches the copies of pinned
 * namespaces among them. */
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "daemon/kernel/mounts.h"

/* Finds the mount point in a line of mountinfo (the fifth field), and decodes its octal escapes in
 * place. Returns NULL if the mount is not of nsfs. */
static char *nsfs_mount_point(char *line)
{
	char *at = line, *end, *to;

	if (!strstr(line, " - nsfs "))
		return NULL;
	for (int i = 0; i < 4 && at; i++)
		at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL;
	end = at ? strchr(at, ' ') : NULL;
	if (!end)
		return NULL;
	*end = '\0';
	to = at;
	for (const char *from = at; *from; to++) {
		if (*from == '\\' && from[1] && from[2] && from[3]) {
			*to = (from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0');
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
	return at;
}

/* Detaches the mount that fd refers to. Uses the host's /proc, because something else may be
 * mounted at /proc in the set's tree. */
static void detach(const struct host *host, int fd)
{
	_cleanup_fd_ int back_fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char link[32];

	snprintf(link, sizeof(link), "self/fd/%d", fd);
	if (back_fd < 0 || fchdir(host->proc_fd) < 0)
		return;
	umount2(link, MNT_DETACH);
	(void)!fchdir(back_fd);
}

/* Detaches the mount if it is a namespace; the path may lead elsewhere by now. */
static void detach_pin(const struct host *host, const char *path)
{
	struct open_how how = {.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC,
			       .resolve = RESOLVE_NO_SYMLINKS};
	_cleanup_fd_ int fd = syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
	struct statfs fs;

	if (fd >= 0 && fstatfs(fd, &fs) == 0 && fs.f_type == NSFS_MAGIC)
		detach(host, fd);
}

/*
 * Detaches all pinned namespaces in this copy of the mount tree, which would otherwise live as long
 * as the set. In a user namespace these mounts are locked and stay, as with unshare(1).
 */
static void detach_pins(const struct host *host)
{
	static char buffer[65536];
	size_t used = 0;
	_cleanup_fd_ int fd = openat(host->proc_fd, "self/mountinfo", O_RDONLY | O_CLOEXEC);

	for (;;) {
		ssize_t n = fd < 0 ? 0 : read(fd, buffer + used, sizeof(buffer) - 1 - used);
		char *line = buffer, *end;

		if (n <= 0)
			return;
		used += n;
		buffer[used] = '\0';
		while ((end = strchr(line, '\n'))) {
			char *path;

			*end = '\0';
			path = nsfs_mount_point(line);
			if (path)
				detach_pin(host, path);
			line = end + 1;
		}
		used -= line - buffer;
		memmove(buffer, line, used);
		if (used == sizeof(buffer) - 1)
			used = 0; /* skips a line that is too long to be a mount of ours */
	}
}

int mounts_propagate(const struct host *host, uint32_t propagation, struct fault *fault)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return fault_set(fault, STEP_PROPAGATION, 0, errno);
	if (propagation == PROPAGATION_PRIVATE) {
		if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
			return fault_set(fault, STEP_PROPAGATION, 0, errno);
		detach_pins(host);
	}
	if (propagation == PROPAGATION_SHARED &&
	    mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) < 0)
		return fault_set(fault, STEP_PROPAGATION, 0, errno);
	return 0;
}
