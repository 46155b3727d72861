/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Processes given by number. */
#ifndef NSCTL_CLIENT_PROCESS_H
#define NSCTL_CLIENT_PROCESS_H

#include <stdint.h>
#include "client/connection.h"

/* Opens process pid and adds the descriptor. Returns its index, or NULL after reporting the failure
 * (word: the user's name for it). */
json_t *process_add(const struct client *client, struct call_fds *fds, int64_t pid,
		    const char *word);

#endif
