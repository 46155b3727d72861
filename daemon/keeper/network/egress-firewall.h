/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Describes the firewall's table for tasks about ways out (egress.h), and finds the way out of a
 * set or network. */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/wire/task.h"

/* Fills in the description of the firewall's table, which each task about a way out contains. *ret
 * points into keeper and its configuration. */
void egress_firewall_fill(struct keeper *keeper, struct task_firewall *ret);
/* Returns the link that is the way out of the set or network, or NULL if there is none. */
const struct link *egress_way(const struct set *set);
