/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks the file of a topology before anything is sent: a message says which of its members is
 * wrong, by the place in the file. */
#pragma once

#include "client/client.h"

/* Reports that the member of the topology at place ("sets[1].spec"; "": the whole file) is wrong:
 * "sets[1].spec of set web: WHY". value: what is there instead, if the message is to end in it, or
 * NULL. Returns STATUS_FAILED. */
int topology_refuse(const struct client *client, const char *subject, const json_t *topology,
		    const char *place, const char *why, const json_t *value);
/* Prints a hint at the one of these keys that is meant by a key that does not exist, or else at all
 * of them. known ends with NULL. */
void topology_hint_key(const char *key, const char *const *known);

/* Checks the file's parameters of Apply. The number of a descriptor is refused, because it has no
 * meaning in a file. Returns 0, or an exit status after reporting what is wrong. */
int topology_check(const struct client *client, const char *subject, json_t *topology);
