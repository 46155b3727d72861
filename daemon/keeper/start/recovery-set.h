/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of recovery that compares the record of one set with the kernel. */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/state/registry.h"

/* Decides whether a set is kept, completed, broken or removed, and does it. Returns 0, or -errno if
 * the set cannot be examined; then nothing is done. */
int recover_set(struct keeper *keeper, struct set *set);

/* Reads the identity of the set's pin, and stores it in the set. Returns 0 or -errno. */
int recover_pin(struct keeper *keeper, struct set *set, enum kind kind);

/* Begins to remove a set. Afterwards, sets that wait to be made again at boot go on. */
void recover_remove(struct keeper *keeper, struct set *set);
