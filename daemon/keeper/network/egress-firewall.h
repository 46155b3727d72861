/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tasks about ways out have in common. */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/wire/task.h"

/* Describes the firewall's table for a task. *ret points into keeper. */
void egress_firewall_fill(struct keeper *keeper, struct task_firewall *ret);
/* Returns the way out of the set or network, or NULL. */
const struct link *egress_way(const struct set *set);
