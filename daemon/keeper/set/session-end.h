/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sessions from their start to their end, which comes when their runner ends: who waits for it is
 * answered, and nothing but a record stays. After a restart a session is known again by its status
 * file.
 */
#ifndef NSCTL_KEEPER_SESSION_END_H
#define NSCTL_KEEPER_SESSION_END_H

#include "daemon/keeper/request/request.h"

/* What watches a session that runs: session->work. */
struct watch {
	struct keeper *keeper;
	struct session *session;
	struct operation *operation; /* by which it is started; NULL when that is over */
	struct request *starter;     /* EXEC's or RUN's, until its last answer */
	bool more;		     /* the starter waits for the end */
	struct request *waiters;     /* WAIT's */
	uint32_t connection;	     /* the starter's */
	int leash_fd;		     /* the command ends when this closes; -1: it does not */
	int runner_fd;		     /* the runner's pidfd; -1: there is none (yet) */
	struct event *runner_event;  /* of it: the session ends when the runner does */
};

/* It never ran: nothing of it stays, and who asked for it hears why. Frees the watch and the
 * session. */
void session_abandon(struct watch *watch, const struct failure *failure);
/* From now on the session ends when the runner does. runner_fd: a pidfd, taken over; -1: it has
 * ended, which is finished from the loop all the same. 0 or -ENOMEM. */
int session_watch_runner(struct watch *watch, int runner_fd);
/* Kills all that runs in the session's cgroup. */
void session_kill(struct keeper *keeper, const struct session *session);
/* And its runner, which is privileged, and waits for the command, until that has been executed. */
void session_kill_start(struct keeper *keeper, const struct session *session);
void session_uncount(struct keeper *keeper, uid_t owner);
/* Removes the set of a Run that did not come to be. */
void session_remove_run_set(struct keeper *keeper, struct set *set);

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
