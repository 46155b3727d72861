/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run --with: a topology with services beside a command. All of it is a project, whose lease is a
 * pipe that this process holds: however nsctl ends, also if nsctld was restarted meanwhile, nothing
 * is left.
 */
#ifndef NSCTL_CLIENT_WITH_H
#define NSCTL_CLIENT_WITH_H

#include "client/options.h"
#include "protocol/name.h"

struct with {
	char project[NAME_SIZE]; /* chosen, if none was given */
	json_t *topology;	 /* NULL: nothing was made */
	int pipe_fd;		 /* the writing end; -1: none */
};

/* Takes --with into options->with. */
int with_take(struct options *options);

/* Makes the topology, waits until its services are ready, and adds what joins its networks to the
 * command's set in options->parameters. Returns 0, or an exit status after reporting the failure;
 * nothing is left then. */
int with_begin(struct client *client, struct options *options, struct with *with);

/* Removes the topology. Returns an exit status. */
int with_end(struct client *client, struct with *with);

void with_done(struct with *with);

#endif
