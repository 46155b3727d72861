/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The file of --status-file, opened before anything is started. */
#pragma once

#include "client/client.h"

struct status_file {
	const char *path; /* NULL: there is none */
	int fd;		  /* -1 until it is opened */
	bool made;	  /* it did not exist before */
};

/* Opens the file. Returns 0, or nsctl's exit status after reporting the failure. */
int status_file_open(const struct client *client, struct status_file *file);

/*
 * Writes the command's status into the file, and closes it. If there is no status (below 0),
 * removes the file if nsctl has made it. Returns 0, or nsctl's exit status after reporting the
 * failure.
 */
int status_file_close(const struct client *client, struct status_file *file, int status);
