/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/network/egress-learned.h"
#include "daemon/keeper/network/egress-list.h"
#include "daemon/keeper/network/egress-names.h"
#include "daemon/keeper/network/resolver-servers.h"
#include "daemon/keeper/policy/reach.h"
#include "daemon/keeper/state/quota.h"

/* The lines of all lists of the present task. The members allow and deny of its links (struct
 * task_link) point here. */
static char buffer[DESTINATION_LINES_SIZE];
static size_t used;

void egress_list_begin(void)
{
	used = 0;
}

/* Makes *ret, the set's way out in a task, lead nowhere. Is called when a list is incomplete,
 * because that could let through what the whole list denies. why: the reason, for the log; NULL:
 * nothing is logged. */
static void close_link(const struct set *set, struct task_link *ret, const char *why)
{
	ret->named = ret->learned = false;
	ret->allow = ret->deny = NULL;
	if (why)
		log_by_user(
			"list not usable", LOG_WARNING,
			&(struct log_fields){.has_uid = true, .uid = set->owner, .set = set->name},
			"%s %s reaches nothing: %s", set_what(set), set_shown_name(set), why);
}

int egress_list_fill(struct keeper *keeper, const struct set *set, const struct wire_spec *spec,
		     const struct wire_reach *reach, struct task_link *ret)
{
	struct reach_lines lines = {.buffer = buffer, .size = sizeof(buffer), .used = used};
	struct wire_address own[SERVERS_MAX], host[SERVERS_MAX];
	struct reach_servers servers = {.own = own, .host = host};
	bool of_host;

	ret->listed = reach->listed;
	ret->learned = egress_learned_has_rules(set);
	ret->named = false;
	ret->end_named = reach->listed && set->egress.named != egress_names_digest(set);
	ret->allow = ret->deny = NULL;
	if (!reach->listed)
		return 0;
	if (reach_has_dns(keeper->config, reach)) {
		servers.n_own = resolver_servers_of(set, spec, own, &of_host);
		/* of_host: `own` has the host's servers already. A second call would overwrite
		 * their texts, so `own` is used for both */
		if (of_host)
			servers.host = own;
		servers.n_host = of_host ? servers.n_own : resolver_servers_of_host(host);
	}
	ret->allow = reach_resolve(keeper->config, reach->allow, reach->n_allow, &servers, &lines);
	ret->named = lines.named;
	ret->deny = reach_resolve(keeper->config, reach->deny, reach->n_deny, &servers, &lines);
	if (lines.missing) {
		close_link(set, ret, "a list that it denies is not in [lists] any more");
		return 0;
	}
	if (lines.overflow) {
		/* log this only for the first list of a task: another one has more room in the next
		 * task */
		close_link(set, ret,
			   used == 0 ? "its list and those of [lists] are too long" : NULL);
		return -ENOSPC;
	}
	used = lines.used;
	return 0;
}

/* --- limits --- */

void egress_list_count(struct keeper *keeper, struct set *set, const struct wire_reach *reach)
{
	uint32_t n = (uint32_t)(reach->n_allow + reach->n_deny);

	quota_add(keeper, set->owner, QUOTA_ENTRIES, (int)n - (int)set->egress.n_entries);
	set->egress.n_entries = n;
	egress_names_update(keeper, set, reach);
}

int egress_list_hold(struct keeper *keeper, struct set *set, const struct wire_reach *reach,
		     struct failure *failure)
{
	size_t n = reach->n_allow + reach->n_deny;
	int r = n > set->egress.n_entries ? quota_check(keeper, set->owner, QUOTA_ENTRIES,
							n - set->egress.n_entries, failure)
					  : 0;

	if (r == 0)
		r = egress_names_check(keeper, set, reach, failure);
	if (r == 0)
		egress_list_count(keeper, set, reach);
	return r;
}

void egress_list_release(struct keeper *keeper, struct set *set)
{
	static const struct wire_reach none;

	egress_learned_forget(set);
	egress_list_count(keeper, set, &none);
}

/* --- records --- */

bool egress_list_read(const struct set *set, struct wire_spec *spec, struct wire_reach *ret)
{
	static struct wire_network network;

	if (set_is_network(set)) {
		if (!set->network || wire_unpack(&wire_network_layout, set->network,
						 set->network_size, &network) < 0)
			return false;
		*ret = network.reach;
		return ret->listed;
	}
	if (!set->spec || wire_unpack(&wire_spec_layout, set->spec, set->spec_size, spec) < 0)
		return false;
	*ret = spec->reach;
	return ret->listed;
}
