/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Points at which tests let the daemon fail, in builds with NSCTL_FAULTS only. */
#pragma once

#include "base.h"

/*
 * A named point for tests. With NSCTL_KILL_AT=NAME in the environment, the keeper, the spawner and
 * this process get SIGKILL here. With NSCTL_HANG_AT=NAME this process stops here, as if a file
 * system did not answer, and its name becomes "hangs KEEPER". Other builds do nothing here.
 */
#ifdef NSCTL_FAULTS
void fault_point(const char *name);
/* Stores the pid of the calling process in variable, NSCTL_KEEPER_PID or NSCTL_SPAWNER_PID, so that
 * fault_point() can kill it. */
void fault_point_register(const char *variable);
/* Fills ret with the variables above, which the daemon passes on to its programs. ret has room for
 * size pointers and ends with NULL. Empty in other builds. */
void fault_point_environment(char **ret, size_t size);
#else
static inline void fault_point(const char *name _unused_)
{
}
static inline void fault_point_register(const char *variable _unused_)
{
}
static inline void fault_point_environment(char **ret, size_t size _unused_)
{
	*ret = NULL;
}
#endif
