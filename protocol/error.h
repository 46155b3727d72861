/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Named failures. Functions return them as positive numbers, the keeper passes them to a front, and
 * clients see them as Varlink errors. An errno is not one of these numbers: functions return it as
 * a negative int, and ERROR_SYSTEM contains it.
 */
#pragma once

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

/* One failure, as a value without pointers, so that it can be sent through pipes and kept in
 * replies. */
struct failure {
	enum nsctl_error error; /* ERROR_NONE: no failure */
	int64_t number;
	char subject[128];
	char text[256];
};

/*
 * Fills *ret and returns error, so that a refusal is one statement: `return failure_set(f,
 * ERROR_EXISTS, ...)`. subject may be NULL. format, which may be NULL, makes the text. Texts that
 * are too long are cut between characters.
 */
int failure_set(struct failure *ret, enum nsctl_error error, int64_t number, const char *subject,
		const char *format, ...) _printf_(5, 6);

/* Puts prefix ("sets[2].") before the field that an invalid value or parameter names. Other
 * failures stay as they are. */
void failure_within(struct failure *failure, const char *prefix);

/* Fills *ret with an ERROR_SYSTEM for a negative errno, and returns ERROR_SYSTEM. what is the
 * action that failed. */
int failure_from_errno(struct failure *ret, int negative, const char *what);

/* Returns the static id, such as "org.nsctl.NotFound". error must be between ERROR_NONE and
 * ERROR_COUNT. */
const char *error_id(enum nsctl_error error);

/* Returns the error with this Varlink id, or ERROR_NONE. */
enum nsctl_error error_from_id(const char *id);

/* The names that the reply's parameters have in Varlink; errno_name is that of the parameter with
 * the errno's name ("ENOENT"). NULL: the error has no such parameter. */
struct error_fields {
	const char *subject, *text, *number, *errno_name;
};
const struct error_fields *error_fields(enum nsctl_error error);
