/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One run of nsctl: its global options, and how it reports problems to the user. */
#pragma once

#include "lib/connection.h"

/* Exit statuses, which functions return after reporting an error to the user; 0: success. */
enum exit_status {
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_UNREACHABLE = 4,
	STATUS_OURS = 125, /* any of these, in enter, exec and run */
};

struct option_row;

/* The parent that nsctl had when it started. */
struct parent {
	pid_t pid; /* 0: the parent is in a pid namespace that cannot be seen */
	int fd;	   /* a pidfd; -1: pid is 0 or 1, or error says why */
	int error; /* an errno; ESRCH: the parent has ended */
};

struct client {
	const char *socket_path;
	const char *verb;			 /* for messages */
	const struct option_row *const *options; /* the verb's tables of options, for messages */
	const char *root;			 /* the argument of --root, for messages; or NULL */
	const json_t *topology;			 /* what the call makes, for messages; or NULL */
	json_t *origins;      /* the option of each entry of spec.mounts, for messages; or NULL */
	json_t *typed;	      /* the same for other lists and for values, by their option's field */
	json_t *given;	      /* the names of the options that were typed; or NULL */
	const char *own_part; /* the beginning of what the options fill in the call, or NULL */
	bool has_owner;
	int64_t owner;
	bool json, quiet;
	int status; /* the exit status if nothing fails */
	struct parent parent;
	unsigned closed;     /* bit N: descriptor N was closed at the start */
	struct nsctl *nsctl; /* the connection; NULL: there is none yet */
	bool repeated;	     /* the last call was made more than once */
	size_t removed;	     /* objects that client_remove() has removed */
	bool answered;	     /* the call of an attached command has had its last reply */
};

/* Prints "nsctl: VERB SUBJECT: TEXT"; subject may be NULL. Returns STATUS_FAILED. */
int client_problem(const struct client *client, const char *subject, const char *format, ...)
	_printf_(3, 4);

/* Set a member, or append an element. Both take value. A value NULL means lack of memory, which
 * ends the process. */
void json_put(json_t *object, const char *key, json_t *value);
void json_push(json_t *array, json_t *value);
/* Returns the member of object called key. If there is none, first adds make()'s result as that
 * member. */
json_t *json_member(json_t *object, const char *key, json_t *(*make)(void));
/* Returns a new list of the names of kinds (KIND_BIT()s). */
json_t *json_kinds(uint32_t kinds);
/* Returns the string in the member of object called key, or otherwise if there is none. */
const char *json_text(const json_t *object, const char *key, const char *otherwise);
