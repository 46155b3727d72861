/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/state/listed.h"

/* Returns true if the record of the set or network has a list. */
static bool has_list(const struct set *set)
{
	static struct wire_network network;
	static struct wire_spec spec;

	if (set->network)
		return wire_unpack(&wire_network_layout, set->network, set->network_size,
				   &network) == 0 &&
		       network.reach.listed;
	return set->spec && wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &spec) == 0 &&
	       spec.reach.listed;
}

bool set_is_listed(const struct registry *registry, const struct set *set)
{
	for (; set; set = registry_find_at(registry, set->above)) {
		if (has_list(set))
			return true;
		for (const struct link *link = set->links; link; link = link_next(link, set)) {
			const struct set *other = link->ends[link->ends[0] == set];

			if (other && set_is_network(other) && has_list(other))
				return true;
		}
	}
	return false;
}
