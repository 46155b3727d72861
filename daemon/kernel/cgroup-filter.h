/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* BPF programs that filter what processes in a cgroup may do: which devices and addresses they may
 * use. */
#pragma once

#include "daemon/kernel/host.h"

/*
 * Compares the programs that are effective in the caller's cgroup with those in the cgroup above
 * the set's. caller NULL: there is nothing to compare. Returns 0 if the set's processes have all of
 * the caller's programs, -EACCES if not, -ENOENT if the caller's cgroup is gone, or another -errno.
 */
int cgroup_filter_compare(const struct host *host, const char *caller, const struct task_set *set);
