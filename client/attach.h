/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attaching to a command: makes the call that starts it, and stays until the command has ended. */
#pragma once

#include "client/options.h"

/* Exit statuses of a shell whose command could not run, or was ended by a signal. */
enum command_status {
	COMMAND_TIMED_OUT = 124, /* also if SIGKILL was needed */
	COMMAND_NOT_EXECUTABLE = 126,
	COMMAND_NOT_FOUND = 127,
	COMMAND_SIGNALLED = 128, /* plus the signal's number */
};

/* Returns the exit status of a command as reply reports it, or -1 if reply reports none. */
int attach_outcome(const json_t *reply);
/* Returns the exit status that a line of the status pipe reports, "exit N" or "signal N", or -1 if
 * it reports none. */
int attach_outcome_of_line(const char *line);

struct attach {
	const char *subject; /* for messages, may be NULL */
	const char *method;  /* org.nsctl.Exec or org.nsctl.Run */
	const char *program; /* for messages */
	bool tty;
	int64_t seconds;   /* the command is ended after this time; 0: never */
	struct feed *feed; /* feeds the command's stdin; NULL: the command has ours */
	bool removes;	   /* the set is removed after the command: wait for that, too */
	bool impatient;	   /* a second interrupt shortly after the first kills the command */
	bool try_only;	   /* do not report that the program was not found */
};

/* Reports the error in the reply, because of which the command was not started. Returns an exit
 * status. */
int attach_failed(const struct client *client, const struct attach *how,
		  const struct message_reply *reply);

/* Reports that it is not known how the command ended. Returns an exit status. */
int attach_unknown(const struct client *client, const struct attach *how);

/* Prints which published ports were chosen, and a note if reply says that the command starts in
 * another directory than nsctl's own. The note is printed only on a terminal: a script does not
 * need it. */
void attach_tell_start(const struct client *client, const struct attach *how, const json_t *reply);

/*
 * Adds the status pipe and the terminal to parameters and fds, makes the call, and stays until the
 * command has ended. Returns 0 with the command's status in *ret_status. After reporting an error,
 * returns nsctl's own status: an exit_status, COMMAND_NOT_EXECUTABLE or COMMAND_NOT_FOUND.
 */
int attach_run(struct client *client, const struct attach *how, json_t *parameters,
	       struct call_fds *fds, int *ret_status);
