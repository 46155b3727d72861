/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Processes that are named by a number. */
#ifndef NSCTL_CLIENT_PROCESS_H
#define NSCTL_CLIENT_PROCESS_H

#include <stdint.h>
#include "client/connection.h"

/* Opens process pid and adds the descriptor: its index, or NULL, told (word: as it was named). */
json_t *process_add(const struct client *client, struct call_fds *fds, int64_t pid,
		    const char *word);

#endif
