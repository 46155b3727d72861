/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A front, from fork to exec. It becomes its user, for good, before it runs any of its own code. */
#pragma once

#include "daemon/wire/task.h"

/*
 * Executes the program behind program_fd with the task's identity. Descriptor 3 is for the keeper's
 * messages, 4 for the front's requests, 5 the directory of all sets' cgroups (cgroups_fd), which
 * anybody may read; 0 and 1 are /dev/null, and 2 is the daemon's, to which this
 * function writes failures. If the task names an AppArmor profile that confines, the front runs
 * under it; the process ends if that profile does not let the program run.
 */
void child_front(int program_fd, int cgroups_fd, const struct task_front *task)
	__attribute__((noreturn));
