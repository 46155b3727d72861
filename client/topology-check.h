/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks the file of a topology before anything is sent: a message says which of its members is
 * wrong, by the place in the file. */
#pragma once

#include "client/client.h"

/* Checks the file's parameters of Apply. The number of a descriptor is refused, because it has no
 * meaning in a file. Returns 0, or an exit status after reporting what is wrong. */
int topology_check(const struct client *client, const char *subject, json_t *topology);
