/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The log. If stderr is the journal ($JOURNAL_STREAM), lines with fields go to the journal's
 * socket. All other lines go to stderr as text. Control characters become '?'. A line that is not
 * taken at once is lost; the next line that is written tells how many were lost.
 */
#pragma once

#include <syslog.h>
#include "base.h"

/* The facts about a line. uid and owner need has_uid and has_owner; other fields are left out if
 * they are NULL or 0. */
struct log_fields {
	bool has_uid;
	uid_t uid; /* the acting user or, if no user acted, the owner */
	bool has_owner;
	uid_t owner;	    /* the owner, if another user acts */
	const char *method; /* such as "Create" */
	const char *set;
	const char *session;
	int error; /* positive errno */
};

void log_open(int level); /* the least important level to log: LOG_ERR ... LOG_DEBUG */
/* Returns the level for "error", "warning", "notice", "info" or "debug"; for others -EINVAL. */
int log_level_from_name(const char *name);
void log_line(int level, const struct log_fields *fields, const char *format, ...) _printf_(3, 4);

/*
 * Writes a line that the user fields->uid can cause at will. In a minute, writes a limited number
 * of a user's lines of one kind, and only counts further ones. kind: a string constant that
 * describes the lines, such as "fronts not started".
 * Lines at LOG_INFO record completed requests, and have a higher limit.
 */
void log_by_user(const char *kind, int level, const struct log_fields *fields, const char *format,
		 ...) _printf_(4, 5);
/*
 * Like log_by_user(), for a line that costs its user an operation (a set created or removed, a
 * session). The limit leaves room for a busy CI server. Without a limit, a loop of create and rm
 * would exhaust the journal's own limit for nsctld's unit, and other users' lines would be lost.
 */
void log_operation(const char *kind, int level, const struct log_fields *fields, const char *format,
		   ...) _printf_(4, 5);
/* For each user and kind whose minute is over, writes how many lines were only counted. Returns
 * true if counts are left: then this function must be called again a minute later. */
bool log_tell_counts(void);
/* Sets a function that is called when log_by_user() or log_operation() has counted a line instead
 * of writing it; NULL: none. The function must arrange a call of log_tell_counts() a minute
 * later. */
void log_on_count(void (*hook)(void *context), void *context);

#define log_error(...) log_line(LOG_ERR, NULL, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, NULL, __VA_ARGS__)
#define log_notice(...) log_line(LOG_NOTICE, NULL, __VA_ARGS__)
