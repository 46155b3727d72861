/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an ended command has left: processes in its session's cgroup. They go on until they end, are
 * killed, or the set is removed. Until then the session counts against its user's limit, and its
 * record and its cgroup stay.
 */
#ifndef NSCTL_KEEPER_SESSION_LEFT_H
#define NSCTL_KEEPER_SESSION_LEFT_H

#include "daemon/keeper/base/keeper.h"
#include "daemon/kernel/cgroup.h"

struct session;

/* To be called when the command has ended and has been recorded and reported so: settles the
 * session now or, if it has left processes, when these have ended. May free the session. */
void session_leave(struct keeper *keeper, struct session *session);
/* Does this for a session that had ended before the start. Returns 0 or -ENOMEM. */
int session_recover_left(struct keeper *keeper, struct session *session);
/* Returns the number of processes that the session has left. */
uint32_t session_count_left(struct keeper *keeper, const struct session *session);
/* Settles all ended sessions of a set whose processes have been killed. */
void session_settle_left(struct keeper *keeper, struct set *set);
/* Stops watching what the session has left, at the keeper's end. */
void session_left_stop(struct session *session);

/* Parts of the end of any session. */
void session_path(const struct session *session, char ret[static CGROUP_PATH_SIZE]);
void session_remove_cgroup(struct keeper *keeper, const struct session *session);
void session_drop_record(struct session *session, void *context);
void session_uncount(struct keeper *keeper, uid_t owner);

#endif
