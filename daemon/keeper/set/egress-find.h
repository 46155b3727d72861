/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the methods about lists of egress have in common. */
#pragma once

#include "daemon/keeper/request/request.h"

/* What a request names. */
struct egress_asked {
	const char *name, *network; /* one of them, of a set or of a network */
	bool has_owner;
	uid_t owner;
};
/* Finds the set or network, if the request's caller may know of it. Returns 0, or an error and
 * *failure, for example if it is not ready. */
int egress_find(struct keeper *keeper, struct request *request, const struct egress_asked *asked,
		struct set **ret, struct failure *failure);
/* Reads its list. Returns 0, or the error that it has none. */
int egress_find_list(const struct set *set, struct wire_reach *ret, struct failure *failure);

/* Logs that the user did what to the list. kind: see log_operation(). */
void egress_log(const char *kind, uid_t uid, const char *what, const struct set *set);

/* Makes the files in /etc follow the list. Must be called when the list may have got names or lost
 * all of them. */
void egress_names_follow(struct set *set, bool had_names);
