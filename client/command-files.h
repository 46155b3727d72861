/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a command gets of the caller's open files: stdin, stdout, stderr and the directory, and no
 * others, unless passed.h names them. */
#pragma once

#include "client/connection.h"
#include "client/feed.h"

/*
 * Returns true if fd is a regular file. A detached command gets only such files for its output:
 * otherwise it would keep a pipe or a terminal open, and a process that reads the session's id from
 * the pipe would wait for the command's end.
 */
bool command_files_is_file(int fd);

/* Adds what a command has from its caller beside words, variables and streams: the umask, the
 * directory, and what inherited.h has. A directory that parameters has already stays. */
void command_files_add_caller(json_t *parameters, struct call_fds *fds);

/* Adds the streams of a command that is a service: no stdin, and nsctl's stderr as stdout and
 * stderr, if output allows it. */
enum command_output {
	OUTPUT_NONE,
	OUTPUT_FILE, /* if it is a file: see command_files_is_file() */
	OUTPUT_ALL,
};
void command_files_add_output(const struct client *client, json_t *parameters, struct call_fds *fds,
			      enum command_output output);

/* Adds stdin, stdout and stderr. ret_feed: set if stdin is a feed (feed.h); NULL for a detached
 * command. */
void command_files_add_streams(const struct client *client, json_t *parameters,
			       struct call_fds *fds, struct feed **ret_feed);
