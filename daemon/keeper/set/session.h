/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Commands in sets: started by a runner, which goes on without us; known again after a restart by
 * its status file.
 */
#ifndef NSCTL_KEEPER_SESSION_H
#define NSCTL_KEEPER_SESSION_H

#include "daemon/keeper/request/admission.h"

/* Starts a command for the kept request, which is answered in any case. removes_set: a Run's. */
void session_start(struct keeper *keeper, struct request *request, struct set *set,
		   const struct wire_command *command, const struct runs_as *as, bool removes_set);

/* A connection has gone: attached commands without a status pipe end. */
void session_connection_gone(struct keeper *keeper, uint32_t connection);

/* At start, for a session that was running when it was recorded. 0 or -errno: nothing is known of
 * it. */
int session_recover(struct keeper *keeper, struct session *session);
/* At the end: commands go on, and are not watched any more. */
void session_stop(struct keeper *keeper);
/* Forgets those that ended long ago. */
void session_age(struct keeper *keeper);

#endif
