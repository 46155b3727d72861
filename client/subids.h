/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Subordinate ids, as the host's files give them, for --map-subids. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Finds the first range that a file such as /etc/subuid gives to a user, by name or number. The
 * daemon checks whether the user may map it. Returns false if there is none. */
bool subids_first(const char *path, uid_t uid, int64_t *ret_first, int64_t *ret_count);
