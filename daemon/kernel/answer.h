/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A resolver (daemon/resolver), from fork to exec. It gives up all privilege before it runs any of
 * its own code. */
#pragma once

#include "daemon/wire/task.h"

/* Executes the program behind program_fd with the task's identity. Descriptor RESOLVER_FD is the
 * channel to the keeper, 0 and 1 are /dev/null, and 2 is the daemon's, to which this function
 * writes failures. */
void child_answer(int program_fd, const struct task_answer *task) __attribute__((noreturn));
