/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Control groups, version 2: the limits of a set, and the resources that the set uses. Controllers
 * are enabled from the daemon's own cgroup down to the owner's, and not below: a set's cgroup
 * contains processes (its init), and the kernel enables no controller below such a cgroup. So the
 * limits of a set apply to all its sessions together, and a session's cgroup has none.
 */
#pragma once

#include "base.h"

enum controller { CONTROLLER_MEMORY, CONTROLLER_PIDS, CONTROLLER_CPU, CONTROLLER_COUNT };
#define CONTROLLER_BIT(c) (UINT32_C(1) << (c))
#define CONTROLLER_ALL (CONTROLLER_BIT(CONTROLLER_COUNT) - 1)

const char *cgroup_controller_name(enum controller controller);

/* A limit of 0 means unlimited. */
struct cgroup_limits {
	uint64_t memory; /* bytes; swap is not allowed, so this is the limit in total */
	uint32_t tasks;
	uint32_t cpu_thousandths; /* thousandths of one processor's time */
};

/* Returns the controllers that the limits need, as CONTROLLER_BIT()s. */
uint32_t cgroup_limits_need(const struct cgroup_limits *limits);

/* Returns the controllers that base_fd, the daemon's cgroup, has or can get from its parent. */
uint32_t cgroup_controllers(int base_fd);

/*
 * cgroup_enable() makes the controllers available below BASE/OWNER. cgroup_limit() sets the limits
 * of BASE/OWNER/ID, which is open, while it is still empty. Both return 0, -EOPNOTSUPP (a
 * controller is missing) or another -errno.
 */
int cgroup_enable(int base_fd, const char *owner, uint32_t controllers);
int cgroup_limit(int cgroup_fd, const struct cgroup_limits *limits);
