/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Being attached to a command that runs inside: the call that starts it, until it has ended. */
#ifndef NSCTL_CLIENT_ATTACH_H
#define NSCTL_CLIENT_ATTACH_H

#include <stdbool.h>
#include <jansson.h>
#include "client/options.h"

/* What a shell ends with when it cannot run a command. */
enum command_status {
	COMMAND_NOT_EXECUTABLE = 126,
	COMMAND_NOT_FOUND = 127,
	COMMAND_SIGNALLED = 128, /* and the signal's number */
};

/* Of a reply that tells how a command ended; -1: it does not. */
int command_outcome(const json_t *reply);

struct attach {
	const char *subject; /* for messages, may be NULL */
	const char *method;  /* org.nsctl.Exec or org.nsctl.Run */
	const char *program; /* for messages */
	bool tty;
	bool removes;	/* the set goes with the command: wait for that as well */
	bool impatient; /* two interrupts in a row kill */
	bool try_only;	/* that the program is not found is not told */
};

/*
 * Makes the call, to whose parameters and fds the status pipe and the terminal are added, and stays
 * until the command has ended: 0 and its status in *ret_status. Else a status, told: one of
 * exit_status, or COMMAND_NOT_EXECUTABLE or COMMAND_NOT_FOUND.
 */
int session_attach(struct client *client, const struct attach *how, json_t *parameters,
		   struct call_fds *fds, int *ret_status);

#endif
