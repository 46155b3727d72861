/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of recovery that compares the record of one set with the kernel (recovery.h). */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/state/registry.h"

/* Compares the set with the kernel, and keeps, completes, breaks or removes it (recovery.h has the
 * rules). Returns 0, or -errno if the set cannot be examined; then nothing is done. */
int recover_set(struct keeper *keeper, struct set *set);

/* Reads the inode and id of the namespace that this pin of the set holds, and stores them in the
 * set. Returns 0 or -errno. */
int recover_pin(struct keeper *keeper, struct set *set, enum kind kind);

/* Begins to remove a set. Calls boot_go_on() at the end of the removal, because the set may have to
 * be made again. */
void recover_remove(struct keeper *keeper, struct set *set);
