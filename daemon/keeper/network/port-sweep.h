/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ports of networks that their sets have left behind. The removal of a set disables its ports and
 * leaves it to the kernel to delete them, with the set's net namespace. If the owner keeps that
 * namespace, they stay; so they are deleted a little later.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Arranges that the ports of this set in networks are deleted a little later, if they are still
 * there. Must be called while the set still has its links. */
void port_sweep_after(struct keeper *keeper, const struct set *set);
/* Arranges that the ports of all removed sets are deleted: an earlier daemon may have ended before
 * it had looked. */
void port_sweep_all(struct keeper *keeper);
/* Frees the timer. */
void port_sweep_stop(void);
