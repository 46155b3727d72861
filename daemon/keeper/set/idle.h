/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Leases by idleness: a set ends when it has been idle for a given time. A set is idle while no
 * command runs in it and its cgroup has no process but the init. A network is idle while no set is
 * linked to it. The sets and networks with such a lease that one Apply has made are idle only
 * together; for a network, links among these do not count. Nothing polls: sessions, links and
 * cgroup.events report changes.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Finds out whether the set is idle, and those that are idle only together with it, and starts or
 * stops the time of their leases by idleness. Must be called when a command, a process or a link of
 * the set may have begun or ended. */
void idle_look(struct keeper *keeper, struct set *set);
/* Calls idle_look() for all sets and networks of this owner whose idleness may depend on another
 * set. Must be called when a set with links was made or removed, when one of an Apply was removed,
 * and when an Apply has ended. */
void idle_look_at_all(struct keeper *keeper, uid_t owner);
/* If the set is idle, lets the time of its lease by idleness begin anew. Also calls idle_look(). */
void idle_restart(struct keeper *keeper, struct set *set);
