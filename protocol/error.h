/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The named outcomes: what a function returns as a positive int, what crosses from keeper to front,
 * and what a client sees as a Varlink error. An errno is never one of these; it travels as a
 * negative int, or inside ERROR_SYSTEM.
 */
#ifndef NSCTL_PROTOCOL_ERROR_H
#define NSCTL_PROTOCOL_ERROR_H

#include <stdbool.h>
#include <stdint.h>
#include "base.h"

/* The numbers cross between processes of one version only. */
enum nsctl_error {
	ERROR_NONE = 0,
	/* org.nsctl */
	ERROR_NOT_FOUND,      /* subject: what ("set", "session"); text: its name */
	ERROR_EXISTS,	      /* subject: what; text: its name */
	ERROR_BUSY,	      /* text: name; subject: state */
	ERROR_INVALID_VALUE,  /* subject: field path; text: reason */
	ERROR_NOT_PERMITTED,  /* subject: what; text: reason */
	ERROR_LIMIT_EXCEEDED, /* subject: limit; number: its value */
	ERROR_SYSTEM,	      /* subject: what failed; number: errno, positive */
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

/* Everything about one failure, in a value without pointers: it is passed through pipes and kept in
 * replies. */
struct failure {
	enum nsctl_error error; /* ERROR_NONE: no failure */
	int64_t number;
	char subject[128];
	char text[256];
};

/* Fills *ret and returns error, so that a refusal is one statement: `return failure_set(f,
 * ERROR_EXISTS, ...)`. subject may be NULL; format may be NULL, else it makes text. What is too
 * long is cut at a character's edge. */
int failure_set(struct failure *ret, enum nsctl_error error, int64_t number, const char *subject,
		const char *format, ...) _printf_(5, 6);

/* A refused value's field, which was told from within prefix ("sets[2]."), gets its whole path;
 * other failures stay as they are. */
void failure_within(struct failure *failure, const char *prefix);

/* ERROR_SYSTEM from a negative errno. */
int failure_from_errno(struct failure *ret, int negative, const char *what);

/* "org.nsctl.NotFound", ...; error must be above ERROR_NONE and below ERROR_COUNT. Static. */
const char *error_id(enum nsctl_error error);

/* The error with this Varlink id, or ERROR_NONE. */
enum nsctl_error error_from_id(const char *id);

/* The names of the reply's parameters that carry subject, text, number, and the number's name as an
 * errno, each NULL where the error has none. */
struct error_fields {
	const char *subject, *text, *number, *errno_name;
};
const struct error_fields *error_fields(enum nsctl_error error);

#endif
