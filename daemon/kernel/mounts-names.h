/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Entries in /etc that are missing, on which the set's names are mounted later (resolver.h). They
 * are made on a file system of the set's own only. No function here may allocate memory.
 */
#pragma once

#include "daemon/kernel/mount-target.h"
#include "daemon/kernel/mounts.h"

/*
 * Makes empty files for the entries that are missing, if /etc is on a file system of the set's own.
 * If no process in the set can write to its /etc, covers /etc first by a read-only overlay, so that
 * nothing that a process writes there is lost. Returns 0 or -errno; a file that cannot be made is
 * no failure.
 */
int mounts_put_names(const struct mounts *mounts, const struct wire_spec *spec,
		     struct own_mounts *own, const struct identity *files);
