/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/network/egress-firewall.h"
#include "daemon/keeper/policy/config.h"
#include "daemon/keeper/state/registry.h"

void egress_firewall_fill(struct keeper *keeper, struct task_firewall *ret)
{
	const struct config_network *network = &keeper->config->network;

	ret->given = true;
	ret->table = keeper->table;
	ret->log_group = keeper->log_group;
	ret->pools[0] = network->pool_v4;
	ret->pools[1] = network->pool_v6;
	ret->n_forbidden = network->n_forbidden;
	for (size_t i = 0; i < network->n_forbidden; i++)
		ret->forbidden[i].text = network->forbidden[i];
}

const struct link *egress_way(const struct set *set)
{
	const struct link *link = set->links;

	while (link && (!link->egress || link->ends[0] != set))
		link = link_next(link, set);
	return link;
}
