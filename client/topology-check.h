/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks the file of a topology before anything is sent: a message says which of its members is
 * wrong, by the place in the file. */
#pragma once

#include "client/client.h"
#include "client/text.h"

/* Appends a place of the topology ("sets[1].name"; "": all of it) and value, which is there:
 * "sets[1].hostname of set web (\"a b\")". value: NULL if it is not to be told. */
void topology_add_place(struct text *text, const json_t *topology, const char *place,
			const json_t *value);
/* Returns the value at a place of the topology, or NULL. */
const json_t *topology_at(const json_t *topology, const char *place);
/* Reports that the value at a place of the topology is wrong. Returns STATUS_FAILED. */
int topology_refuse(const struct client *client, const char *subject, const json_t *topology,
		    const char *place, const char *why, const json_t *value);
/* Prints a hint at the one of these keys that is meant by a key that does not exist, or else at all
 * of them. known ends with NULL. */
void topology_hint_key(const char *key, const char *const *known);

/* Checks the file's parameters of Apply. The number of a descriptor is refused, because it has no
 * meaning in a file. Returns 0, or an exit status after reporting what is wrong. */
int topology_check(const struct client *client, const char *subject, json_t *topology);
