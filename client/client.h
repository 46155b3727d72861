/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One run of nsctl: what the global options said, and how it tells the user what went wrong. */
#ifndef NSCTL_CLIENT_CLIENT_H
#define NSCTL_CLIENT_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <jansson.h>
#include "base.h"
#include "protocol/message.h"
#include "protocol/transport.h"

#define DEFAULT_SOCKET "/run/nsctl/socket"

/* What functions return that have told the person what was wrong; 0 is fine. */
enum exit_status {
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_UNREACHABLE = 4,
	STATUS_OURS = 125, /* any of these in enter, exec and run */
};

struct option_row;

struct client {
	const char *socket_path;
	const char *verb;			 /* for messages */
	const struct option_row *const *options; /* the tables of its options, for messages */
	bool has_owner;
	int64_t owner;
	bool json, quiet;
	int status;	 /* with which to end when nothing failed */
	unsigned closed; /* bit N: descriptor N was closed when we were started */
	int socket_fd;	 /* -1: not connected yet */
	bool unsent;	 /* the daemon has not taken all of the last call */
	bool repeated;	 /* the last call was made more than once */
	struct receiver receiver;
};

/* "nsctl: VERB SUBJECT: TEXT"; subject may be NULL. Returns STATUS_FAILED. */
int client_problem(const struct client *client, const char *subject, const char *format, ...)
	_printf_(3, 4);

/* Sets a member; value is taken, and must not be NULL for any reason but a lack of memory. */
void json_put(json_t *object, const char *key, json_t *value);
void json_push(json_t *array, json_t *value);
/* Returns the member of object called key, which is made where it is not there yet. */
json_t *json_member(json_t *object, const char *key, json_t *(*make)(void));
/* Returns a new list of the names of kinds (KIND_BIT()s). */
json_t *json_kinds(uint32_t kinds);
/* A member's string, or what is said instead. */
const char *json_text(const json_t *object, const char *key, const char *otherwise);

#endif
