/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Turns a worker's report of a failure into an error for the client. (A worker is the process that
 * does the steps of an operation.) The error names the field of the request that is the cause, if
 * there is one, or else says what could not be done. Pure functions.
 */
#pragma once

#include "daemon/wire/task.h"

/* Fills in *failure from report: the last report of an operation, about the step that failed.
 * Returns failure->error. */
int task_error(const struct task_report *report, struct failure *failure);
/* Fills in *failure from a report about a set's way out: its link to the host for egress or
 * published ports, which the specification does not list. */
void task_error_of_way(const struct task_report *report, struct failure *failure);
/* Fills in *failure from a report about links. of_spec: the links are those of a set's
 * specification, and a field in the error is one of spec.links[]. Otherwise there is one link, and
 * a field in the error begins with "a." or "b.". */
void task_error_of_link(const struct task_report *report, bool of_spec, struct failure *failure);
