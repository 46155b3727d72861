/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A front, from fork to exec: it becomes its user, for good, before it runs a byte of its own. */
#ifndef NSCTL_KERNEL_FRONT_H
#define NSCTL_KERNEL_FRONT_H

#include "daemon/wire/task.h"

/* Executes the program behind program_fd as the task's identity, with what it
 * hears from the keeper as descriptor 3 and what it asks as 4; 0 and 1 are /dev/null, 2 is the
 * daemon's, to which is said why it could not be. A profile of AppArmor that confines is taken on:
 * one that does not let the program run ends it. */
void child_front(int program_fd, const struct task_front *task) __attribute__((noreturn));

#endif
