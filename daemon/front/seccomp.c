/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/confine/confine.h"
#include "daemon/front/seccomp.h"

/* The front uses the sockets that it is given (no socket(2), no connect(2)), /proc for
 * ListProcesses, and the directories of cgroups. */
static const int allowed[] = {
	SCMP_SYS(getdents),
	SCMP_SYS(getdents64),
	SCMP_SYS(lseek),
	SCMP_SYS(memfd_create),
	/* a variant for 32-bit processors */
	SCMP_SYS(_llseek),
};

#ifdef NSCTL_SANITIZED /* confine.c allows more to sanitizers */
static const int refused[] = {};
static const struct confine_condition conditional[] = {};
#else
static const int refused[] = {SCMP_SYS(sendto)};
/* Files may be opened only for reading. */
static const struct confine_condition conditional[] = {
	{SCMP_SYS(open), SCMP_A1(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY)},
	{SCMP_SYS(openat), SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY)},
};
#endif

int seccomp_enforce(void)
{
	static const struct confine_calls calls = CONFINE_CALLS(allowed, refused, conditional);

	return confine_enforce(&calls);
}
