/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the interfaces of a set's net namespace. */
#pragma once

#include "daemon/kernel/host.h"
#include "daemon/wire/task.h"

/* Reports each interface, then the result, and ends the process. */
void child_inspect(const struct host *host, const struct task_inspect *task)
	__attribute__((noreturn));
