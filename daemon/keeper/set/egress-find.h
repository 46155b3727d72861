/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Functions that the methods for lists of egress share. */
#pragma once

#include "daemon/keeper/request/request.h"

/* The set or network that a request names. */
struct egress_asked {
	const char *name, *network; /* of a set, or of a network; the other one is NULL */
	bool has_owner;
	uid_t owner;
};
/* Finds the set or network, if the caller may know of it. Returns 0, or an error and *failure, for
 * example if it is not ready. */
int egress_find(struct keeper *keeper, struct request *request, const struct egress_asked *asked,
		struct set **ret, struct failure *failure);
/* Reads the list of a set or network. Returns 0, or an error and *failure if it has none. */
int egress_find_list(const struct set *set, struct wire_reach *ret, struct failure *failure);

/* Logs that user uid has done something with the list of a set. what: the verb and object, such as
 * "changed egress". kind: see log_operation(). */
void egress_log(const char *kind, uid_t uid, const char *what, const struct set *set);

/* Updates the files in /etc of the set. Must be called when the list may have got its first name,
 * or lost its last one. had_names: the list had names before. */
void egress_names_follow(struct set *set, bool had_names);
