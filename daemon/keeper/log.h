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

#define log_error(...) log_line(LOG_ERR, NULL, __VA_ARGS__)
#define log_warning(...) log_line(LOG_WARNING, NULL, __VA_ARGS__)
#define log_notice(...) log_line(LOG_NOTICE, NULL, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, NULL, __VA_ARGS__)

#endif
