/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Replies as texts, for the functions of nsctl.h. */
#pragma once

#include "lib/connection.h"

struct nsctl_reply {
	struct message_reply message;
	struct fd_list fds;
	char *parameters;
	char *sentence; /* of an error; NULL: none, or there was no memory */
};

/* Reads the text of an object; NULL stands for {}. Returns 0 with a reference in *ret, -EINVAL or
 * -ENOMEM. */
int reply_read_object(const char *text, json_t **ret);

/* Like nsctl_next(). */
int reply_next(struct nsctl *nsctl, int timeout_ms, struct nsctl_reply **ret);

/* Makes a call, and waits for its first reply. Takes the parameters, which are NULL if they could
 * not be made, because a text is not UTF-8. Otherwise like nsctl_ask(). */
int reply_ask(struct nsctl *nsctl, const char *method, json_t *parameters, const int *fds,
	      size_t n_fds, unsigned int flags, struct nsctl_reply **ret);

static inline void reply_cleanup(struct nsctl_reply **reply)
{
	nsctl_reply_free(*reply);
}
#define _cleanup_nsctl_reply_ _cleanup_(reply_cleanup)
