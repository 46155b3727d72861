/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of recovery that compares the record of one set with the kernel (recovery.h). */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/state/registry.h"

/* Compares the set with the kernel. Then keeps it, completes it, marks it as broken or begins to
 * remove it, by the table in recovery.h. Returns 0, or -errno if the set cannot be examined for
 * lack of memory or descriptors. */
int recover_set(struct keeper *keeper, struct set *set);

/* Fills in set->inodes and set->ids of this kind by looking at the pin. Returns 0 or -errno
 * (-ENOENT: the set has no such pin). */
int recover_pin(struct keeper *keeper, struct set *set, enum kind kind);

/* Begins to remove a set. Calls boot_go_on() at the end of the removal, because the set may have to
 * be made again. */
void recover_remove(struct keeper *keeper, struct set *set);
