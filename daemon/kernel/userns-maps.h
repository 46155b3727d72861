/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the maps of a user namespace that others have made. */
#pragma once

#include "daemon/wire/layout.h"

/*
 * Reads the maps of an open user namespace; outside are our ids. The kernel shows maps only in
 * /proc/PID, and processes that are in the namespace may end, so this function sends a process of
 * ours there. Returns 0, -ENODATA if a map has not been written, -E2BIG if one has more than
 * MAP_RANGES_MAX ranges, or -errno.
 */
int userns_read_maps(int user_fd, struct wire_map *ret_users, struct wire_map *ret_groups);
