/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Turns a worker's report of a failure into an error for the client, which names the field of the
 * request that caused it, if there is one, and the step that failed. Pure functions.
 */
#pragma once

#include "daemon/wire/task.h"

/* Fills in *failure for the last report of an operation, which must be one of a failure. Returns
 * the error. */
int task_error(const struct task_report *report, struct failure *failure);
/* Fills in *failure for a report about a set's way out (for egress or published ports), which is a
 * link that the specification does not list. */
void task_error_of_way(const struct task_report *report, struct failure *failure);
/* Fills in *failure for a report about links. of_spec: the links are those of a set's specification
 * (fields spec.links[]); otherwise there is one link (fields beginning with "a." and "b."). */
void task_error_of_link(const struct task_report *report, bool of_spec, struct failure *failure);
