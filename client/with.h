/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run --with: a topology with services beside a command. All of it is a project, whose lease is a
 * pipe that this process holds: however nsctl ends, also if nsctld was restarted meanwhile, nothing
 * is left.
 */
#pragma once

#include "client/options.h"
#include "protocol/name.h"

struct with {
	char *subject;		 /* of messages about the file: --with=FILE */
	char project[NAME_SIZE]; /* chosen, if none was given */
	json_t *topology;	 /* NULL: nothing was made */
	const char *method;	 /* starts the command: Exec if its set was made, too, or Run */
	int pipe_fd;		 /* the writing end; -1: none */
};

/* Takes --with into options->with. */
int with_take(struct options *options);

/* Makes the topology and the command's set, which options->parameters describe, and waits until its
 * services are ready. options->parameters become those of with->method: an Exec with which all of
 * this ends. If only Run can make the set, Run links it to the networks of the topology. Returns 0,
 * or an exit status after reporting the failure; nothing is left then. */
int with_begin(struct client *client, struct options *options, struct with *with);

/* Removes the topology, unless the answer to the command's call says that it is gone. Returns an
 * exit status. */
int with_end(struct client *client, struct with *with);

void with_done(struct with *with);
