/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Services: sets in the file of a topology that have a command, which nsctl starts. A service may
 * say how to find out that it is ready. nsctl itself reads both members of the file; they are not
 * part of the interface:
 *
 *	"command": ["postgres", "-D", "data"],
 *	"ready": {"port": 5432, "seconds": 30}  or  {"command": ["pg_isready"]}
 */
#pragma once

#include "client/connection.h"

/* Takes the services out of a file's topology. Returns a list of them, which refers to the sets. */
json_t *service_take_all(json_t *topology);

/* Checks them. subject is the file in messages. Returns 0, or an exit status after reporting what
 * is wrong with them. */
int service_check_all(const struct client *client, const char *subject, const json_t *topology,
		      const json_t *services);

/* Starts all services of a topology that was made, and waits until they are ready. loud: their
 * output goes to stderr; otherwise it is dropped, unless stderr is a file. Returns 0, or an exit
 * status after reporting the failure. */
int service_start_all(struct client *client, const char *subject, const json_t *services,
		      bool loud);
