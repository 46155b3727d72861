/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/network/egress-names-state.h"
#include "daemon/keeper/network/egress-place.h"
#include "daemon/keeper/network/link-plan.h"

#define OWN_ADDRESS "127.0.0.53"

void egress_place_find(const struct set *set, char ret[2][ADDRESS_SIZE])
{
	static struct wire_network network;
	static struct link_plan_bridge bridge;
	size_t n = 0;

	if (!set_is_network(set)) {
		strcpy(ret[0], OWN_ADDRESS);
		return;
	}
	if (wire_unpack(&wire_network_layout, set->network, set->network_size, &network) < 0)
		return;
	link_plan_bridge(&network, &bridge);
	for (size_t i = 0; i < bridge.task.n_addresses && n < 2; i++) {
		const char *text = bridge.task.addresses[i].text;
		bool six = strchr(text, ':');

		if (n == 1 && six == (strchr(ret[0], ':') != NULL))
			continue;
		snprintf(ret[n++], ADDRESS_SIZE, "%.*s", (int)strcspn(text, "/"), text);
	}
}

size_t egress_place_servers(const struct set *set, const char *ret[static 2])
{
	size_t n = 0;

	for (size_t i = 0; set->egress.names && i < ARRAY_SIZE(set->egress.names->addresses); i++)
		if (*set->egress.names->addresses[i])
			ret[n++] = set->egress.names->addresses[i];
	return n;
}
