/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Named outcomes: positive return values, which are passed from keeper to front, and which clients
 * see as Varlink errors. An errno is never one of these; it is a negative int, or within
 * ERROR_SYSTEM.
 */
#ifndef NSCTL_PROTOCOL_ERROR_H
#define NSCTL_PROTOCOL_ERROR_H

#include <stdbool.h>
#include <stdint.h>
#include "base.h"

/* The numbers are only used between processes of one version. */
enum nsctl_error {
	ERROR_NONE = 0,
	/* org.nsctl */
	ERROR_NOT_FOUND,      /* subject: kind of object ("set", "session"); text: its name */
	ERROR_EXISTS,	      /* subject: kind of object; text: its name */
	ERROR_BUSY,	      /* text: name; subject: state */
	ERROR_INVALID_VALUE,  /* subject: field path; text: reason */
	ERROR_NOT_PERMITTED,  /* subject: the action; text: reason */
	ERROR_LIMIT_EXCEEDED, /* subject: limit; number: its value */
	ERROR_SYSTEM,	      /* subject: the failed action; number: errno, positive */
	ERROR_NOT_SUPPORTED,  /* subject: feature; text: reason */
	ERROR_EVENTS_LOST,
	/* org.varlink.service */
	ERROR_INTERFACE_NOT_FOUND,    /* subject: interface */
	ERROR_METHOD_NOT_FOUND,	      /* subject: method */
	ERROR_METHOD_NOT_IMPLEMENTED, /* subject: method */
	ERROR_INVALID_PARAMETER,      /* subject: parameter (a path) */
	ERROR_PERMISSION_DENIED,
	ERROR_EXPECTED_MORE,
	ERROR_COUNT,
};

/* One failure, as a value without pointers: it is sent through pipes and kept in replies. */
struct failure {
	enum nsctl_error error; /* ERROR_NONE: no failure */
	int64_t number;
	char subject[128];
	char text[256];
};

/*
 * Fills *ret and returns error, so that a refusal is one statement: `return failure_set(f,
 * ERROR_EXISTS, ...)`. subject may be NULL; format may be NULL, else it makes text. Texts that are
 * too long are cut between characters.
 */
int failure_set(struct failure *ret, enum nsctl_error error, int64_t number, const char *subject,
		const char *format, ...) _printf_(5, 6);

/* Completes the field's path of a refused value that was checked within prefix ("sets[2]."). Other
 * failures stay as they are. */
void failure_within(struct failure *failure, const char *prefix);

/* Makes an ERROR_SYSTEM from a negative errno. */
int failure_from_errno(struct failure *ret, int negative, const char *what);

/* Returns the static id, such as "org.nsctl.NotFound". error must be between ERROR_NONE and
 * ERROR_COUNT. */
const char *error_id(enum nsctl_error error);

/* Returns the error with this Varlink id, or ERROR_NONE. */
enum nsctl_error error_from_id(const char *id);

/* Names of the reply's parameters for subject, text, number, and the number's name as an errno;
 * NULL if the error does not have it. */
struct error_fields {
	const char *subject, *text, *number, *errno_name;
};
const struct error_fields *error_fields(enum nsctl_error error);

#endif
