/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The version of the daemon, and what to do if it is not that of this client. */
#pragma once

#include "client/client.h"

/* Returns nsctld's version, which the caller frees, or NULL if it does not answer. Asks by a
 * connection of its own. */
char *version_of_daemon(const struct client *client);

/* Prints a hint for a user whose daemon does not know a method or a parameter. */
void version_hint(const struct client *client);
