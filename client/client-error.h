/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts errors of the daemon into words. */
#pragma once

#include "client/client.h"

/* Reports the daemon's error, with a hint if there is one. Returns STATUS_FAILED. */
int client_error(const struct client *client, const char *subject,
		 const struct message_reply *reply);

/* Says on stderr that the caller may not see objects of this kind ("set") of others. */
void client_error_hidden(const struct client *client, const char *subject, const char *kind);
