/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Processes given by number, and the process that started this one. */
#ifndef NSCTL_CLIENT_PROCESS_H
#define NSCTL_CLIENT_PROCESS_H

#include <stdint.h>
#include "client/connection.h"

/* Opens process pid and adds the descriptor. Returns its index, or NULL after reporting the failure
 * (word: the user's name for it). */
json_t *process_add(const struct client *client, struct call_fds *fds, int64_t pid,
		    const char *word);
/* Adds an open descriptor, and takes it. Returns its index, or NULL after reporting the failure. */
json_t *process_add_fd(const struct client *client, struct call_fds *fds, int fd, const char *word);

/* Opens the process that started this one. To be called first of all: when that process ends,
 * another one becomes the parent. */
void process_open_parent(struct parent *ret);

#endif
