/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/mount.h"
#include "daemon/kernel/sysctl.h"

/* How often one instance is used. Unmounting it and making another takes about 0.2 ms. */
#define USES_MAX 64

int sysctl_renew(struct host *host)
{
	_cleanup_fd_ int proc_fd = -1;
	int fd;

	if (host->sysctl_fd >= 0 && ++host->sysctl_uses < USES_MAX)
		return 0;
	proc_fd = mount_new("proc", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, NULL);
	fd = proc_fd < 0 ? open("/proc/sys", O_PATH | O_DIRECTORY | O_CLOEXEC)
			 : openat(proc_fd, "sys", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return host->sysctl_fd >= 0 ? 0 : negative_errno();
	close_fd(host->sysctl_fd);
	host->sysctl_fd = fd;
	host->sysctl_uses = 0;
	return 0;
}

void sysctl_borrow(struct host *host)
{
	host->sysctl_uses = USES_MAX - 2;
}

int sysctl_write(const struct host *host, const char *path, const char *text)
{
	_cleanup_fd_ int fd = openat(host->sysctl_fd, path, O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? negative_errno() : 0;
}
