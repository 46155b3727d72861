/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lets addresses of names through, for a time (firewall-named.h). */
#pragma once

#include "daemon/kernel/host.h"
#include "daemon/wire/task.h"

/* Carries out TASK_ADMIT. */
void child_admit(const struct host *host, const struct task_admit *task) __attribute__((noreturn));
