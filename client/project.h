/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Projects: the sets, networks and links whose names begin with "PROJECT."
 * (docs/adr/0036-projects.md). Only the client knows projects: to the daemon, these are names like
 * any others.
 */
#pragma once

#include "client/options.h"

#define PROJECT_OPTION(letter, help) OPTION("project", letter, "PROJECT", help, TAKEN(project_take))

/* Takes --project into options->project. */
int project_take(struct options *options);

/* Returns true if an object of this name is part of the project. project NULL: all are. */
bool project_has(const char *project, const char *name);

/*
 * Puts all objects of a topology into a project. A set keeps its name as its host name, and as its
 * alias in the networks of the topology. The name of a set or network that the topology does not
 * have stays as it is. subject is the file in messages. Returns 0, or an exit status after
 * reporting the failure.
 */
int project_rename(const struct client *client, const char *subject, const char *project,
		   json_t *topology);
