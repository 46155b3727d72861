/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records for the next boot. A change of a record is reported only when it is on the disk. */
#pragma once

#include "daemon/kernel/host.h"
#include "daemon/wire/task.h"

/* Carries out TASK_BOOT_RECORD and ends the process. Waits for the disk, however long that
 * takes. */
void child_boot_record(const struct host *host, const struct task_boot_record *task)
	__attribute__((noreturn));
