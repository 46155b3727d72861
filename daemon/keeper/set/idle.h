/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Leases by idleness: a set ends when it has been idle for a given time. A set is idle while no
 * command runs in it and its cgroup has no process but the init. A network is idle while no set is
 * linked to it. The sets and networks that one Apply has made are idle only together. Nothing
 * polls: sessions, links and cgroup.events report changes.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Finds out whether the set is idle (with all that one Apply has made with it), and starts or stops
 * the time of its lease by idleness. Must be called when a command, a process or a link of the set
 * may have begun or ended. */
void idle_look(struct keeper *keeper, struct set *set);
/* Calls idle_look() for all sets and networks of this owner whose idleness may depend on another
 * set. Must be called when one of the owner's sets was made or removed. */
void idle_look_at_all(struct keeper *keeper, uid_t owner);
/* If the set is idle, lets the time of its lease by idleness begin anew. */
void idle_restart(struct keeper *keeper, struct set *set);
