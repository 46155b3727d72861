/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/network/egress-firewall.h"
#include "daemon/keeper/network/egress-list.h"
#include "daemon/keeper/network/resolver.h"
#include "daemon/keeper/policy/check.h"
#include "daemon/keeper/policy/user-name.h"
#include "daemon/keeper/set/egress-find.h"
#include "daemon/keeper/set/network.h"

int egress_find(struct keeper *keeper, struct request *request, const struct egress_asked *asked,
		struct set **ret, struct failure *failure)
{
	const struct wire_ask ask = {.name = asked->network ? asked->network : asked->name,
				     .has_owner = asked->has_owner,
				     .owner = asked->owner};
	int r;

	if (asked->name && asked->network)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "network",
				   "cannot be combined with the name of a set");
	r = asked->network ? network_find(keeper, request, &ask, ret, failure)
			   : request_find_asked(keeper, request, &ask, ret, failure);
	return r ? r : check_ready((*ret)->state, set_shown_name(*ret), failure);
}

int egress_find_list(const struct set *set, struct wire_reach *ret, struct failure *failure)
{
	static struct wire_spec spec;
	const struct link *way = egress_way(set);

	if (way && egress_list_read(set, &spec, ret))
		return 0;
	return failure_set(
		failure, ERROR_INVALID_VALUE, 0, set_is_network(set) ? "network" : "name",
		way ? "has no list, since its egress reaches everything, and cannot get "
		      "one later: make it with --allow"
		    : "has no list, since it has no egress of its own, and cannot get one "
		      "later: make it with --allow");
}

void egress_log(const char *kind, uid_t uid, const char *what, const struct set *set)
{
	struct log_fields fields = {.has_uid = true,
				    .uid = uid,
				    .has_owner = set->owner != uid,
				    .owner = set->owner,
				    .set = set_shown_name(set)};

	log_operation(kind, LOG_INFO, &fields, "%s %s of %s %s of %s", user_name(uid).text, what,
		      set_what(set), fields.set, user_name(set->owner).text);
}

void egress_names_follow(struct set *set, bool had_names)
{
	if (had_names != (set->egress.names != NULL))
		resolver_names_changed(set);
}
