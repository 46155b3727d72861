/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks that the descriptors of a command or a capture are of the kinds that it needs. */
#pragma once

#include "daemon/kernel/fault.h"
#include "daemon/wire/task.h"

/*
 * Checks the descriptors of a command. Returns 0, or -errno and the fault: STEP_DESCRIPTOR, whose
 * detail names the field. The check uses fstat(2) and the like, so a file on a file system that
 * does not answer can make it hang.
 */
int descriptors_check(const struct wire_command *command, struct fault *fault);

/* Checks the descriptors of a capture. */
int descriptors_check_capture(const struct task_capture *task, struct fault *fault);

/* Returns true if fd is a pipe that is open only for reading: a pipe that its reader can also write
 * never ends. May hang as well. */
bool descriptors_is_reading_end(int fd);
