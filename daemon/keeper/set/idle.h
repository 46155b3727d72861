/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Leases by idleness: no process and no session in the set for so long. Processes are those in the
 * set's cgroup; the init is none of them. A network is idle while no set is linked to it. What one
 * Apply made is idle when all of it is. Nothing polls: sessions, links and cgroup.events tell.
 */
#ifndef NSCTL_KEEPER_IDLE_H
#define NSCTL_KEEPER_IDLE_H

#include "daemon/keeper/base/keeper.h"

/* Something in the set may have begun or ended: its time begins to run, or stops. */
void idle_look(struct keeper *keeper, struct set *set);
/* The same of all sets and networks of this owner: one has gone. */
void idle_look_at_all(struct keeper *keeper, uid_t owner);
/* The time of an idle set runs anew from now. */
void idle_restart(struct keeper *keeper, struct set *set);

#endif
