/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include "daemon/keeper/network/resolvconf.h"
#include "daemon/keeper/network/resolver-servers.h"

void resolver_servers_fill(struct resolver_plan *naming)
{
	static struct resolvconf host;
	struct task_resolver *resolver = &naming->resolver;

	if (!naming->of_host)
		return;
	resolvconf_read(&host);
	resolver->loopback = host.loopback;
	for (resolver->n_servers = 0; resolver->n_servers < host.n; resolver->n_servers++)
		resolver->servers[resolver->n_servers].text = host.servers[resolver->n_servers];
}

size_t resolver_servers_of(const struct set *set, const struct wire_spec *spec,
			   struct wire_address ret[static SERVERS_MAX], bool *ret_of_host)
{
	static struct resolver_plan naming;
	static struct wire_network network;

	resolver_plan_of(set, spec, &naming);
	if (set->network &&
	    wire_unpack(&wire_network_layout, set->network, set->network_size, &network) == 0)
		for (size_t i = 0; i < network.n_dns; i++)
			naming.resolver.servers[naming.resolver.n_servers++] = network.dns[i];
	naming.of_host = naming.resolver.n_servers == 0;
	resolver_servers_fill(&naming);
	*ret_of_host = naming.of_host;
	memcpy(ret, naming.resolver.servers, sizeof(naming.resolver.servers));
	return naming.resolver.n_servers;
}

size_t resolver_servers_of_host(struct wire_address ret[static SERVERS_MAX])
{
	static struct resolver_plan naming = {.of_host = true};

	resolver_servers_fill(&naming);
	memcpy(ret, naming.resolver.servers, sizeof(naming.resolver.servers));
	return naming.resolver.n_servers;
}

size_t resolver_servers_within_host(struct wire_address ret[static SERVERS_MAX])
{
	static struct resolvconf host;

	resolvconf_read(&host);
	for (size_t i = 0; i < host.n; i++)
		ret[i].text = host.servers[i];
	if (host.n > 0 || !host.loopback)
		return host.n;
	ret[0].text = host.stub;
	return 1;
}
