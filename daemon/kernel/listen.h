/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sockets at which a resolver (daemon/resolver) answers. They are born in the net namespace of the
 * set or network, so no packet crosses to the host. */
#pragma once

#include "daemon/kernel/host.h"
#include "daemon/wire/task.h"

/* Carries out TASK_LISTEN. */
void child_listen(const struct host *host, const struct task_listen *task)
	__attribute__((noreturn));
