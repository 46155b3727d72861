/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The errors that the daemon answers with, in words. */
#ifndef NSCTL_CLIENT_REFUSED_H
#define NSCTL_CLIENT_REFUSED_H

#include "client/client.h"

/* Tells what the daemon answered, with a hint where there is one. Returns STATUS_FAILED. */
int client_error(const struct client *client, const char *subject,
		 const struct message_reply *reply);

#endif
