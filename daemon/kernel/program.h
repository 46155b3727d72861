/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a child of a worker becomes a program of the daemon that works for one user: a front or a
 * resolver (daemon/resolver). It becomes its user and gives up all privilege, for good, before it
 * runs any of its own code. If a step fails, this writes the reason to the daemon's log and ends
 * the process.
 */
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

/* Executes the program behind program_fd with the task's identity. Descriptor RESOLVER_FD is the
 * channel to the keeper, 0 and 1 are /dev/null, and 2 is the daemon's, to which this function
 * writes failures. */
void child_answer(int program_fd, const struct task_answer *task) __attribute__((noreturn));
