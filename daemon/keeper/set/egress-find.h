/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Functions that the methods SetEgress and LearnEgress share. Both concern the list of egress of a
 * set or network: the destinations to which it may send packets. */
#pragma once

#include "daemon/keeper/request/request.h"

/* The set or network that a request names. */
struct egress_asked {
	const char *name, *network; /* of a set, or of a network; not both */
	bool has_owner;
	uid_t owner;
};
/* Finds the set or network that `asked` names, if the caller may act on it. Without a name, finds
 * the set that the caller is in. Returns 0, or an error and *failure, for example if the caller is
 * in no set, or if the set or network is not ready. */
int egress_find(struct keeper *keeper, struct request *request, const struct egress_asked *asked,
		struct set **ret, struct failure *failure);
/* Reads the list of egress of a set or network. *ret points into set->spec or set->network, so it
 * is valid until these change. Returns 0, or an error and *failure if there is no list. */
int egress_find_list(const struct set *set, struct wire_reach *ret, struct failure *failure);

/* Logs that user uid has done something with the list of egress of a set or network. what: the verb
 * and object, such as "changed egress". kind: see log_operation(). */
void egress_log(const char *kind, uid_t uid, const char *what, const struct set *set);

/* If the list of egress now has names of hosts and had none, or the other way round, has the files
 * in /etc updated soon: those of the set, or of the network's members. Must be called after a
 * change of the list. had_names: the list had names before the change. */
void egress_names_follow(struct set *set, bool had_names);
