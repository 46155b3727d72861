/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <signal.h>
#include <sys/prctl.h>
#include "daemon/kernel/fault-point.h"

#ifdef NSCTL_FAULTS
static void hang_for(const char *keeper)
{
	char name[16];

	snprintf(name, sizeof(name), "hangs %s", keeper ? keeper : "");
	prctl(PR_SET_NAME, name);
	for (;;)
		pause();
}

void fault_point(const char *name)
{
	const char *wanted = getenv("NSCTL_KILL_AT"), *hang = getenv("NSCTL_HANG_AT");
	const char *keeper = getenv("NSCTL_KEEPER_PID"), *spawner = getenv("NSCTL_SPAWNER_PID");

	if (hang && strcmp(hang, name) == 0)
		hang_for(keeper);
	if (!wanted || strcmp(wanted, name) != 0)
		return;
	if (keeper)
		kill(atoi(keeper), SIGKILL);
	if (spawner)
		kill(atoi(spawner), SIGKILL);
	kill(getpid(), SIGKILL);
}

void fault_point_register(const char *variable)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", getpid());
	setenv(variable, pid, 1);
}

void fault_point_environment(char **ret, size_t size)
{
	size_t n = 0;

	for (char **at = environ; *at && n + 1 < size; at++)
		if (strncmp(*at, "NSCTL_", 6) == 0 || strncmp(*at, "LD_PRELOAD=", 11) == 0)
			ret[n++] = *at;
	ret[n] = NULL;
}
#endif
