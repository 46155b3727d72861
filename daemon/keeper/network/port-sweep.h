/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Deletes ports of networks (ends of links there) that removed sets have left behind. The removal
 * of a set disables its ports, and the kernel deletes them with the set's net namespace. But the
 * owner may keep that namespace alive, and so the ports; this module then deletes them a little
 * later.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Lets the ports of this set in networks be deleted a little later, if they are still there. Must
 * be called while the set still has its links. */
void port_sweep_after(struct keeper *keeper, const struct set *set);
/* Lets the ports of all removed sets be deleted, because an earlier daemon may have ended before it
 * had done that. */
void port_sweep_all(struct keeper *keeper);
/* Frees the timer. */
void port_sweep_stop(void);
