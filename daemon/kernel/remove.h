/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Removes a set. Every step makes something absent and can be run again. Remove, the roll-back of a
 * failed create, and the clean-up at start all use child_remove().
 */
#pragma once

#include "daemon/kernel/host.h"
#include "daemon/wire/task.h"

/* Ends the set's processes, makes its pins and cgroup absent, reports, and ends the process. */
void child_remove(const struct host *host, const struct task_remove *task)
	__attribute__((noreturn));
