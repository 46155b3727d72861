/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Turns a worker's report of a failure into an error for the client: the field of the request that
 * caused it, if any, and what could not be done. Pure functions.
 */
#ifndef NSCTL_KEEPER_TASK_ERROR_H
#define NSCTL_KEEPER_TASK_ERROR_H

#include "daemon/wire/task.h"
#include "protocol/error.h"

/* For the last report of an operation. Returns the same as failure_set(). */
int task_error(const struct task_report *report, struct failure *failure);
/* For a report about links. of_spec: the links are those of a set's specification, named
 * spec.links[]; else it is a single link with the ends a and b. */
void task_error_of_link(const struct task_report *report, bool of_spec, struct failure *failure);

#endif
