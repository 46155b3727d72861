/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * For LD_PRELOAD into nsctld: makes the keeper, which alone accepts connections, hold as many bytes
 * as $BALLAST says from the first one on, so after its spawner has started, as a grown one would.
 */
#include <dlfcn.h>
#include <string.h>
#include <sys/socket.h>

#include "base.h"

static char *held;

int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
	static int (*next)(int, struct sockaddr *, socklen_t *, int);
	const char *size = getenv("BALLAST");

	if (!next) {
		*(void **)&next = dlsym(RTLD_NEXT, "accept4");
		held = malloc(size ? strtoul(size, NULL, 10) : 0);
		if (held && size)
			memset(held, 1, strtoul(size, NULL, 10));
	}
	return next(fd, address, length, flags);
}
