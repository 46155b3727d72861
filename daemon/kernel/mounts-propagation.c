/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets the propagation of the mounts in a new mount namespace, and detaches the copies of pinned
 * namespaces among them. */
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include "daemon/kernel/mountinfo.h"
#include "daemon/kernel/mounts.h"

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

static int detach_if_pin(const struct mountinfo *mount, void *context)
{
	if (mount->is_namespace)
		detach_pin(context, mount->path);
	return 0;
}

/*
 * Detaches all pinned namespaces in this copy of the mount tree, which would otherwise live as long
 * as the set. If that fails, they do so.
 */
static void detach_pins(const struct host *host)
{
	(void)mountinfo_each(host->proc_fd, detach_if_pin, (void *)host);
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
