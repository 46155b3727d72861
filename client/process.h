/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Processes given by number, and the process that started this one. */
#pragma once

#include "client/connection.h"

/* Opens process pid and adds the descriptor to fds. Returns its index, or NULL after reporting the
 * failure. word is what the user wrote, for that message. */
json_t *process_add(const struct client *client, struct call_fds *fds, int64_t pid,
		    const char *word);
/* Adds an open descriptor to fds, which then owns it. Returns its index, or NULL after reporting
 * the failure. */
json_t *process_add_fd(const struct client *client, struct call_fds *fds, int fd, const char *word);

/* Opens the process that started this one. This must be nsctl's first action: when that process
 * ends, another one becomes the parent. */
void process_open_parent(struct parent *ret);
/* Returns true if the process catches or ignores the signal. */
bool process_handles(int64_t pid, int signal);
