/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Leases by idleness: a set ends when it has been idle for a given time. A set is idle while no
 * command runs in it and its cgroup has no process but the init. A network is idle while no set is
 * linked to it. Sets and networks that one Apply has made, and that have such leases, are idle only
 * together, and not before the Apply has ended; links among them do not count. Nothing polls:
 * sessions, links and cgroup.events report changes.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Finds out whether the set is idle, together with the others of the same Apply. Starts or stops
 * the times of their leases by idleness. Does nothing if the set has no such lease. Must be called
 * when a command, a process or a link of the set may have begun or ended. */
void idle_look(struct keeper *keeper, struct set *set);
/* Calls idle_look() for all sets and networks of this owner whose idleness may depend on another
 * set. Must be called when a set with links is recorded, when a set with links or one of an Apply
 * was removed, and when an Apply has ended. */
void idle_look_at_all(struct keeper *keeper, uid_t owner);
/* If the set is idle, lets the time of its lease by idleness begin anew. Also calls idle_look(). */
void idle_restart(struct keeper *keeper, struct set *set);
