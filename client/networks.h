/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs of `nsctl network`. */
#pragma once

#include "client/verb.h"

/* Removes all networks of the owner or, unless it is NULL, of a project. A network that has gone
 * meanwhile is no failure. Returns an exit status. */
int networks_remove_all(struct client *client, const char *project);
