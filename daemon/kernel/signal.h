/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signals the processes of a set or of a session, which are those in its cgroup. */
#pragma once

#include "daemon/kernel/host.h"
#include "daemon/wire/task.h"

/* Sends the signal, reports, and ends the process. */
void child_signal(const struct host *host, const struct task_signal *task)
	__attribute__((noreturn));
