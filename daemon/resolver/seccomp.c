/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/socket.h>
#include "daemon/confine/confine.h"
#include "daemon/resolver/seccomp.h"

/* The resolver makes sockets to name servers, and accepts connections of sets. It opens no file,
 * and reads only the lists that it is given. */
static const int allowed[] = {
	SCMP_SYS(accept4),
	SCMP_SYS(connect),
	SCMP_SYS(getsockopt),
	SCMP_SYS(pread64),
	SCMP_SYS(readv),
	SCMP_SYS(sendto),
#ifdef NSCTL_SANITIZED
	/* the leak check lists threads */
	SCMP_SYS(getdents),
	SCMP_SYS(getdents64),
	SCMP_SYS(lseek),
#endif
};

#ifdef NSCTL_SANITIZED /* confine.c allows more to sanitizers */
static const int refused[] = {};
#else
static const int refused[] = {SCMP_SYS(open), SCMP_SYS(openat)};
#endif

/* No packet socket, no netlink, no Unix socket. */
static const struct confine_condition conditional[] = {
	{SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_INET, 0)},
	{SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_INET6, 0)},
};

int resolver_seccomp_enforce(void)
{
	static const struct confine_calls calls = CONFINE_CALLS(allowed, refused, conditional);

	return confine_enforce(&calls);
}
