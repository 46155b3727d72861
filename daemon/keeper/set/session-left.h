/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The processes that a command has left in its session's cgroup. They go on until they end, are
 * killed, or their set is removed. Until then the session (session.h) counts against its user's
 * limit, and its record and its cgroup stay (docs/adr/0024-what-commands-leave.md). Then the
 * session is *settled*: it does not count any more, and its cgroup is removed. Its record stays
 * until session_age() deletes it, or until its owner has ENDED_MAX settled sessions that ended
 * later.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/kernel/cgroup.h"

struct session;

/* Settles the session when the processes that its command has left have ended. If there are none,
 * or if they cannot be watched, settles the session at once, which may free it. Must be called when
 * the command's end was recorded and reported. */
void session_leave(struct keeper *keeper, struct session *session);
/* Counts a session that ended before this start of nsctld against its owner's limit, and then calls
 * session_leave(). Returns 0 or -ENOMEM. */
int session_recover_left(struct keeper *keeper, struct session *session);
/* Settles the set's sessions whose commands have left processes, which must have been killed. */
void session_settle_left(struct keeper *keeper, struct set *set);
/* Stops watching the processes that the session's command has left, if they are watched. Must be
 * called at the keeper's end. */
void session_left_stop(struct session *session);

/* --- the session's cgroup and files --- */

/* Writes the path of the session's cgroup, relative to the directory of all sets' cgroups. */
void session_path(const struct session *session, char ret[static CGROUP_PROCESSES_SIZE]);
/* Opens the session's cgroup. Returns a descriptor or -errno. */
int session_open_cgroup(struct keeper *keeper, const struct session *session);
/* Removes the session's cgroup. Logs a failure. */
void session_remove_cgroup(struct keeper *keeper, const struct session *session);
/* Deletes the session's record and status file. context is the keeper. */
void session_drop_record(struct session *session, void *context);
