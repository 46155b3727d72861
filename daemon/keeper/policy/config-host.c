/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's own settings about user namespaces. */
#include "daemon/keeper/policy/config.h"

/* A sysctl of the kernel about user namespaces. With 0 it forbids them; if zero_allows, with any
 * other number. Its file stays open, because it is read for each connection. A sysctl that this
 * kernel does not have (absent) allows them; one that cannot be read forbids them. */
struct sysctl {
	const char *path;
	bool zero_allows;
	bool absent;
	int fd; /* 0: not open yet */
};

static bool sysctl_allows(struct sysctl *sysctl)
{
	char text[32];
	ssize_t n;

	if (sysctl->fd <= 0 && !sysctl->absent) {
		sysctl->fd = open(sysctl->path, O_RDONLY | O_CLOEXEC);
		sysctl->absent = sysctl->fd < 0 && errno == ENOENT;
	}
	if (sysctl->absent)
		return true;
	n = sysctl->fd < 0 ? -1 : pread(sysctl->fd, text, sizeof(text) - 1, 0);
	if (n <= 0)
		return false;
	text[n] = '\0';
	return (strtol(text, NULL, 10) == 0) == sysctl->zero_allows;
}

bool config_host_user_namespaces(void)
{
	static struct sysctl all[] = {
		{.path = "/proc/sys/kernel/unprivileged_userns_clone"},
		{.path = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
		 .zero_allows = true},
		{.path = "/proc/sys/user/max_user_namespaces"},
	};
	bool allowed = true;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		allowed &= sysctl_allows(&all[i]);
	return allowed;
}
