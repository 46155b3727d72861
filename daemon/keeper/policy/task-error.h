/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a client is told of what a worker has reported: the field of its request that is to blame,
 * where one is, and what could not be done. Pure.
 */
#ifndef NSCTL_KEEPER_TASK_ERROR_H
#define NSCTL_KEEPER_TASK_ERROR_H

#include "daemon/wire/task.h"
#include "protocol/error.h"

/* On a last report of a failure. Returns what failure_set() does. */
int verdict_on(const struct task_report *report, struct failure *failure);
/* On one about links. of_spec: they are of a set's specification, named as spec.links[]; else a
 * link of its own, whose ends are a and b. */
void verdict_on_link(const struct task_report *report, bool of_spec, struct failure *failure);

#endif
