/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Deletes ports of networks (the ends of links at the network's bridge) that removed sets have left
 * behind. Some removals only disable a set's ports (struct task_remove.keeps_ends): the kernel
 * deletes the ports with the set's net namespace. If the owner keeps that namespace alive, the
 * ports stay. This module then deletes them a little later.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Has the ports that this set has left in networks deleted a little later, unless the kernel has
 * deleted them by then. Must be called when the set was removed from the kernel, while its struct
 * still has the links. */
void port_sweep_after(struct keeper *keeper, const struct set *set);
/* Has the ports of all removed sets deleted a little later, in all networks. Must be called at the
 * start: an earlier daemon may have ended before it deleted them. */
void port_sweep_all(struct keeper *keeper);
/* Frees the timer. */
void port_sweep_stop(void);
