/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One line for each change of state and each refusal: to the journal with fields when stderr is the
 * journal ($JOURNAL_STREAM), else to stderr as text. Control characters are escaped. Never blocks
 * on a full pipe for ever: a line that cannot be written is dropped and counted.
 */
#ifndef NSCTL_KEEPER_LOG_H
#define NSCTL_KEEPER_LOG_H

#include <sys/types.h>
#include <syslog.h>
#include "base.h"

/* What a line is about; zero fields are left out. */
struct log_fields {
	bool has_uid;
	uid_t uid; /* who did it, or whose it is where nobody did */
	bool has_owner;
	uid_t owner;	    /* whose it is, where it is not who did it */
	const char *method; /* "Create" */
	const char *set;
	const char *session;
	int error; /* positive errno */
};

void log_open(int level);		   /* LOG_ERR ... LOG_DEBUG */
int log_level_from_name(const char *name); /* error warning notice info debug; -EINVAL */
void log_line(int level, const struct log_fields *fields, const char *format, ...) _printf_(3, 4);

/*
 * A line that a user can cause as often as it likes; fields->uid is that user. So many of a kind
 * are written in a minute, and the others counted. kind says what they are, and lives for ever.
 * Lines at LOG_INFO are the record of what was done, and have more room.
 */
void log_by_user(const char *kind, int level, const struct log_fields *fields, const char *format,
		 ...) _printf_(4, 5);
/* The same for a line that costs its user an operation (a set created or removed, a session): there
 * is room for a busy CI runner. Without a bound a loop of create and rm would fill the journal's
 * own limit for nsctld's unit, and other users' lines would be lost. */
void log_operation(const char *kind, int level, const struct log_fields *fields, const char *format,
		   ...) _printf_(4, 5);
/* Tells of those that were not written and whose minute is over. Returns whether others are left to
 * be told a minute later. */
bool log_tell_counts(void);
/* Has hook called when something is counted: log_tell_counts() is then wanted a minute later. */
void log_on_count(void (*hook)(void *context), void *context);

#define log_error(...) log_line(LOG_ERR, NULL, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, NULL, __VA_ARGS__)
#define log_notice(...) log_line(LOG_NOTICE, NULL, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, NULL, __VA_ARGS__)

#endif
