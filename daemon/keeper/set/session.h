/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How sessions begin: a runner is started, which goes on without the daemon (see session-end.h). */
#ifndef NSCTL_KEEPER_SESSION_H
#define NSCTL_KEEPER_SESSION_H

#include "daemon/keeper/request/admission.h"

/* Starts a command for the kept request, which is answered in any case. removes_set: the set of a
 * Run. */
void session_start(struct keeper *keeper, struct request *request, struct set *set,
		   const struct wire_command *command, const struct runs_as *as, bool removes_set);

#endif
