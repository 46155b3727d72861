/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions (commands in sets: session.h) after their start. A session ends when its runner
 * (daemon/kernel/runner.h) does. Then all requests that wait for its end are answered. Its record
 * is kept for a while, and processes that the command has left go on (session-left.h). After a
 * restart of nsctld, the session's runner is found by the status file. */
#pragma once

#include "daemon/keeper/request/request.h"

/* The watch of a running session, in session->work. */
struct watch {
	struct keeper *keeper;
	struct session *session;
	struct operation *operation; /* starts the command; NULL: that is over */
	struct request *starter;     /* the Exec or Run; NULL: there is none to answer */
	bool more;		     /* the starter also waits for the command's end */
	struct request *waiters;     /* requests of Wait; behind: the next one */
	uint32_t connection;	     /* connection of the starter; 0: unknown */
	int leash_fd;		     /* our end of the leash (make_leash()); -1: none */
	int runner_fd;		     /* the runner's pidfd; -1: unknown yet, or ended */
	struct event *runner_event;  /* fires when the runner ends, which ends the session */
	int command_fd;		     /* pidfd of a command with which the set ends; -1: none */
	struct event *command_event; /* fires when that command ends */
};

/* Answers a request with the end of the session: how and when the command ended. The session must
 * have ended. */
void session_answer_ended(struct keeper *keeper, struct request *request,
			  const struct session *session);
/* Ends a session whose start has failed or was cancelled. If the set ends with the command, begins
 * to remove the set. Answers the starter (the Exec or Run), if there is one, with the failure;
 * otherwise failure may be NULL. Answers requests of Wait with ERROR_NOT_FOUND. Frees the watch and
 * the session. */
void session_abandon(struct watch *watch, const struct failure *failure);
/* Watches the runner, and ends the session when the runner has ended. Takes runner_fd, a pidfd. -1:
 * the runner has ended already; then the session ends soon after the return. Returns 0 or
 * -ENOMEM. */
int session_watch_runner(struct watch *watch, int runner_fd);
/* Watches the command of a Run, or of an Exec with remove, and begins to remove the set when the
 * command has ended. Takes command_fd, a pidfd. If this fails, the removal begins later, when the
 * session ends. */
void session_watch_command(struct watch *watch, int command_fd);
/* Kills the processes of a session that could not be started: those in the session's cgroup, and
 * the runner, which is not in it. */
void session_kill_start(struct keeper *keeper, const struct session *session);

/* Closes the leashes (see make_leash() in session.c) of the commands that this connection has
 * started. Their runners then end the commands. Must be called when a connection that may have
 * leashes is gone. */
void session_connection_gone(struct keeper *keeper, uint32_t connection);

/* Counts a session that was recorded as running against its owner's limit, and begins to watch it.
 * Must be called when nsctld starts. Returns 0, or -errno if the session cannot be watched. */
int session_recover(struct keeper *keeper, struct session *session);
/* Stops watching all sessions, at the keeper's end, and closes all leashes. Commands without a
 * leash go on. */
void session_stop(struct keeper *keeper);
/* Deletes the settled sessions (session-left.h) that ended more than ENDED_SECONDS ago. */
void session_age(struct keeper *keeper);
