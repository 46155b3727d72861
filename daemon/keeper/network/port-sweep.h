/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Deletes ports of networks (ends of links there) that removed sets have left behind. The removal
 * of a set disables its ports, and the kernel deletes them with the set's net namespace. But the
 * owner may keep that namespace alive, and so the ports; this module then deletes them a little
 * later.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Arranges that the ports of this set in networks are deleted a little later, if they are still
 * there. Must be called while the set still has its links. */
void port_sweep_after(struct keeper *keeper, const struct set *set);
/* Arranges the same for the ports of all removed sets, which an earlier daemon may not have deleted
 * before it ended. */
void port_sweep_all(struct keeper *keeper);
/* Frees the timer. */
void port_sweep_stop(void);
