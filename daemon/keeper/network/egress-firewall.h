/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The firewall's table, as tasks know it. */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/wire/task.h"

/* Describes the table for a task. *ret points into keeper. */
void egress_firewall_fill(struct keeper *keeper, struct task_firewall *ret);
