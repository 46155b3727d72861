/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the descriptors that came with a command are of the kinds that it needs. */
#ifndef NSCTL_KERNEL_DESCRIPTORS_H
#define NSCTL_KERNEL_DESCRIPTORS_H

#include "daemon/kernel/fault.h"
#include "daemon/wire/task.h"

/*
 * Returns 0, or -errno and the fault: STEP_DESCRIPTOR, whose detail says which field is to blame.
 * Asks the files what they are: one on a file system that does not answer may hang the caller.
 */
int descriptors_check(const struct wire_command *command, struct fault *fault);

#endif
