/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include "daemon/kernel/file.h"
#include "daemon/kernel/selinux.h"

int selinux_read_own(char ret[static CONTEXT_SIZE])
{
	*ret = '\0';
	/* without SELinux, the file in /proc may be another security module's */
	if (access("/sys/fs/selinux/enforce", F_OK) < 0)
		return 0;
	return file_read(AT_FDCWD, "/proc/self/attr/current", ret, CONTEXT_SIZE);
}

bool selinux_confines(const char *context)
{
	static const char unconfined[] = "unconfined_";
	const char *role = strchr(context, ':');
	const char *type = role ? strchr(role + 1, ':') : NULL;

	return !type || strncmp(type + 1, unconfined, strlen(unconfined)) != 0;
}
