/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/network/egress-place.h"
#include "daemon/keeper/network/resolver-plan.h"

/* Returns the network at the other end of the set's link, or NULL if there is none, or the link is
 * being removed. */
static const struct set *network_of(const struct link *link, const struct set *set)
{
	const struct set *other = link->ends[link->ends[0] == set ? 1 : 0];

	return other && set_is_network(other) && link->state != LINK_REMOVING ? other : NULL;
}

bool set_is_member(const struct set *set)
{
	for (const struct link *link = set->links; link; link = link_next(link, set))
		if (network_of(link, set))
			return true;
	return false;
}

/* Fills in ret->networks. The set's list begins with the youngest link, so each network is added
 * before those that were added so far. If there is no room, it replaces the last one. */
static void find_networks(const struct set *set, struct resolver_plan *ret)
{
	for (const struct link *link = set->links; link; link = link_next(link, set)) {
		const struct set *network = network_of(link, set);
		size_t known = 0;

		while (known < ret->n_networks && ret->networks[known] != network)
			known++;
		if (!network || known < ret->n_networks)
			continue;
		if (ret->n_networks == RESOLVER_NETWORKS_MAX)
			ret->n_networks--;
		memmove(&ret->networks[1], &ret->networks[0],
			ret->n_networks * sizeof(ret->networks[0]));
		ret->networks[0] = network;
		ret->n_networks++;
	}
}

static void add_server(struct task_resolver *resolver, const char *text)
{
	for (size_t i = 0; i < resolver->n_servers; i++)
		if (strcmp(resolver->servers[i].text, text) == 0)
			return;
	if (resolver->n_servers < SERVERS_MAX)
		resolver->servers[resolver->n_servers++].text = text;
}

/* Adds the name servers in the records of the plan's networks to the plan. Returns true if one of
 * these networks has egress. */
static bool ask_networks(struct resolver_plan *naming)
{
	static struct wire_network network;
	bool egress = false;

	for (size_t i = 0; i < naming->n_networks; i++) {
		const struct set *set = naming->networks[i];

		if (!set->network || wire_unpack(&wire_network_layout, set->network,
						 set->network_size, &network) < 0)
			continue;
		egress |= network.egress;
		for (size_t j = 0; j < network.n_dns; j++)
			add_server(&naming->resolver, network.dns[j].text);
	}
	return egress;
}

bool resolver_plan_has_any(const struct set *set)
{
	return !set_is_network(set) && !set->adopted && set->kinds & KIND_BIT(KIND_MNT) &&
	       set->kinds & (KIND_BIT(KIND_NET) | KIND_BIT(KIND_UTS));
}

/* Copies the search domains, options and hosts of the specification to *ret. */
static void fill_words(const struct wire_spec *spec, struct task_resolver *ret)
{
	memcpy(ret->search, spec->dns_search, sizeof(ret->search));
	ret->n_search = spec->n_dns_search;
	memcpy(ret->options, spec->dns_options, sizeof(ret->options));
	ret->n_options = spec->n_dns_options;
	memcpy(ret->extra, spec->hosts, sizeof(ret->extra));
	ret->n_extra = spec->n_hosts;
}

void resolver_plan_of(const struct set *set, const struct wire_spec *spec,
		      struct resolver_plan *ret)
{
	bool egress;

	*ret = (struct resolver_plan){};
	ret->resolver.hosts = resolver_plan_has_any(set);
	if (!ret->resolver.hosts || !(set->kinds & KIND_BIT(KIND_NET)))
		return;
	find_networks(set, ret);
	ret->resolver.given = true;
	ret->resolver.wanted = spec->n_dns + spec->n_dns_search + spec->n_dns_options > 0;
	ret->resolver.own = ret->resolver.wanted || spec->egress || ret->n_networks > 0;
	fill_words(spec, &ret->resolver);
	for (size_t i = 0; i < spec->n_dns; i++)
		add_server(&ret->resolver, spec->dns[i].text);
	if (spec->n_dns > 0)
		return;
	egress = ask_networks(ret) || spec->egress;
	ret->of_host = egress && ret->resolver.n_servers == 0;
}

/* `set` is the plan's set or one of its networks. If its list of egress has names of hosts, adds
 * the addresses of its resolver to the plan's name servers, after removing those that the plan has
 * if first is true. Returns false, and changes nothing, if the list has no names. */
static bool lead_by(const struct set *set, struct resolver_plan *naming, bool first)
{
	const char *servers[2];
	size_t n = egress_place_servers(set, servers);

	if (n > 0 && first)
		naming->resolver.n_servers = 0;
	for (size_t i = 0; i < n; i++)
		add_server(&naming->resolver, servers[i]);
	if (n > 0)
		naming->of_host = false;
	return n > 0;
}

void resolver_plan_lead(const struct set *set, const struct wire_spec *spec,
			struct resolver_plan *naming)
{
	bool any = !naming->resolver.given || lead_by(set, naming, true);

	if (any || spec->n_dns > 0)
		return;
	for (size_t i = 0; i < naming->n_networks; i++)
		any |= lead_by(naming->networks[i], naming, !any);
}

static bool same_words(const struct task_resolver *x, const struct task_resolver *y)
{
	if (x->n_search != y->n_search || x->n_options != y->n_options || x->n_extra != y->n_extra)
		return false;
	for (size_t i = 0; i < x->n_search; i++)
		if (strcmp(x->search[i].domain, y->search[i].domain) != 0)
			return false;
	for (size_t i = 0; i < x->n_options; i++)
		if (strcmp(x->options[i].text, y->options[i].text) != 0)
			return false;
	for (size_t i = 0; i < x->n_extra; i++)
		if (strcmp(x->extra[i].name, y->extra[i].name) != 0 ||
		    strcmp(x->extra[i].address, y->extra[i].address) != 0)
			return false;
	return true;
}

bool resolver_plan_equals(const struct resolver_plan *a, const struct resolver_plan *b)
{
	const struct task_resolver *x = &a->resolver, *y = &b->resolver;

	if (a->n_networks != b->n_networks || a->of_host != b->of_host || x->own != y->own ||
	    x->given != y->given || x->hosts != y->hosts || x->wanted != y->wanted ||
	    x->n_servers != y->n_servers || !same_words(x, y) ||
	    memcmp(a->networks, b->networks, a->n_networks * sizeof(a->networks[0])) != 0)
		return false;
	for (size_t i = 0; i < x->n_servers; i++)
		if (strcmp(x->servers[i].text, y->servers[i].text) != 0)
			return false;
	return true;
}

/* Appends a line of /etc/hosts to ret for each name of a member at one address, up to
 * TASK_HOSTS_MAX. The last alias comes first: resolver_plan_hosts() reverses the lines. n: number
 * of lines in ret. Returns the new number. */
static size_t add_names(const struct set *member, const struct wire_end *end, const char *address,
			size_t n, struct resolver_plan_hosts *ret)
{
	for (size_t i = end->n_aliases + 1; i > 0 && n < TASK_HOSTS_MAX; i--) {
		snprintf(ret->addresses[n], ADDRESS_SIZE, "%.*s", (int)strcspn(address, "/"),
			 address);
		ret->hosts[n].address = ret->addresses[n];
		ret->hosts[n].name = i > 1 ? end->aliases[i - 2].name : set_shown_name(member);
		n++;
	}
	return n;
}

/* Appends lines of /etc/hosts to ret for each address of the member at this link of the network, if
 * the link is ready. The last address comes first: resolver_plan_hosts() reverses the lines. n:
 * number of lines in ret. Returns the new number. */
static size_t add_member(const struct link *link, const struct set *network, size_t n,
			 struct resolver_plan_hosts *ret)
{
	static struct wire_link wire;
	bool second = link->ends[0] == network;
	const struct set *member = link->ends[second];
	const struct wire_end *end = second ? &wire.b : &wire.a;

	if (link->state != LINK_READY || !member ||
	    wire_unpack(&wire_link_layout, link->wire, link->wire_size, &wire) < 0)
		return n;
	for (size_t i = end->n_addresses; i > 0; i--)
		n = add_names(member, end, end->addresses[i - 1].text, n, ret);
	return n;
}

static void reverse(struct task_host *hosts, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct task_host host = hosts[i];

		hosts[i] = hosts[n - 1 - i];
		hosts[n - 1 - i] = host;
	}
}

size_t resolver_plan_hosts(const struct resolver_plan *naming, struct resolver_plan_hosts *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < naming->n_networks; i++) {
		const struct set *network = naming->networks[i];
		size_t first = n;

		/* network->links begins with the youngest link, but its lines must come last */
		for (const struct link *link = network->links; link;
		     link = link_next(link, network))
			n = add_member(link, network, n, ret);
		reverse(ret->hosts + first, n - first);
	}
	return n;
}
