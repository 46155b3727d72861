/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sessions from their start to their end. A session ends when its runner does: then all requests
 * that wait are answered, and only a record is kept, and what the command left (session-left.h).
 * After a restart a session is recognised by its status file.
 */
#ifndef NSCTL_KEEPER_SESSION_END_H
#define NSCTL_KEEPER_SESSION_END_H

#include "daemon/keeper/request/request.h"

/* The watch of a running session: session->work. */
struct watch {
	struct keeper *keeper;
	struct session *session;
	struct operation *operation; /* the start in progress; else NULL */
	struct request *starter;     /* Exec or Run, until its last answer */
	bool more;		     /* the starter waits for the end */
	struct request *waiters;     /* requests of Wait */
	uint32_t connection;	     /* of the starter */
	int leash_fd;		     /* the command ends when this is closed; -1: it does not */
	int runner_fd;		     /* the runner's pidfd; -1: none (yet) */
	struct event *runner_event;  /* fires when the runner ends, and the session with it */
};

/* Answers a request that waited for the end of the session. */
void session_answer_ended(struct keeper *keeper, struct request *request,
			  const struct session *session);
/* Ends a session whose command never ran: answers its starter with the failure, and frees watch and
 * session. */
void session_abandon(struct watch *watch, const struct failure *failure);
/* Watches the runner: the session ends with it. Takes runner_fd, a pidfd; -1: the runner has ended,
 * which is handled from the loop as well. Returns 0 or -ENOMEM. */
int session_watch_runner(struct watch *watch, int runner_fd);
/* Kills all processes in the session's cgroup. */
void session_kill(struct keeper *keeper, const struct session *session);
/* Kills these and the runner, which is privileged until the command is executed, and waits for
 * it. */
void session_kill_start(struct keeper *keeper, const struct session *session);
/* Removes the set of a Run that has failed. */
void session_remove_run_set(struct keeper *keeper, struct set *set);

/* To be called when a connection is gone: attached commands without a status pipe end. */
void session_connection_gone(struct keeper *keeper, uint32_t connection);

/* Watches a session again that was running when it was recorded. Returns 0, or -errno if nothing is
 * known of it. */
int session_recover(struct keeper *keeper, struct session *session);
/* Stops watching at the keeper's end: commands go on. */
void session_stop(struct keeper *keeper);
/* Deletes sessions that ended long ago. */
void session_age(struct keeper *keeper);

#endif
