/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The beginning of sessions. A session is one command in a set, with its processes. The keeper lets
 * a worker start a runner (daemon/kernel/runner.h): a process that starts the command, waits for
 * its end, and does not need nsctld. session-end.h has the rest. */
#pragma once

#include "daemon/keeper/request/admission.h"

/* Starts a command for the kept request, and answers the request, also if this fails. as: see
 * admission_of_command(). removes_set: the set ends with the command (run-end.h), even if the
 * command cannot be started. */
void session_start(struct keeper *keeper, struct request *request, struct set *set,
		   const struct wire_command *command, const struct runs_as *as, bool removes_set);
