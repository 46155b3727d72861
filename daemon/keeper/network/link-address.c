/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/network/link-draft.h"
#include "daemon/keeper/policy/address.h"
#include "daemon/wire/way.h"

/* The daemon chooses addresses only among the first HOSTS_MAX of a subnet: see address_number(). */
#define HOSTS_MAX 65536

/* A network's subnet "auto" gets AUTO_ADDRESSES addresses (a prefix of AUTO_PREFIX bits) in this
 * range, which is next to the default pool of the ways out (egress-pool-v4). */
#define AUTO_RANGE "10.214.0.0/16"
#define AUTO_PREFIX 24
#define AUTO_ADDRESSES 256

/* Context of find_collision(). text, link, owner: the address that collides, and the name and owner
 * of its link. */
struct collision {
	const struct address *address;
	bool overlap; /* true: look for overlapping subnets; false: for equal addresses */
	char text[ADDRESS_SIZE];
	const char *link;
	uid_t owner;
};

static int find_collision(const struct link *link, const struct wire_end *end,
			  const struct wire_end *far _unused_, void *context)
{
	struct collision *collision = context;

	for (size_t i = 0; i < end->n_addresses; i++) {
		struct address other;

		if (address_read_interface(end->addresses[i].text, &other))
			continue;
		if (!(collision->overlap ? address_overlaps(&other, collision->address)
					 : address_equals(&other, collision->address)))
			continue;
		snprintf(collision->text, sizeof(collision->text), "%s", end->addresses[i].text);
		collision->link = link->name;
		collision->owner = link->owner;
		return 1;
	}
	return 0;
}

/* Callback of link_draft_each_neighbour() for a network: looks for a collision with an address of
 * the member at the far end of the link. Returns 1 if there is one. */
static int find_far_collision(const struct link *link, const struct wire_end *end,
			      const struct wire_end *far, void *context)
{
	return find_collision(link, far, end, context);
}

bool link_address_read_network(const struct set *set, struct wire_network *ret)
{
	return set && set->network &&
	       wire_unpack(&wire_network_layout, set->network, set->network_size, ret) == 0;
}

/* Returns true if the address is number 1 of a subnet: the network's own. */
static bool is_bridge_address(const struct wire_network *network, const struct address *address)
{
	for (size_t i = 0; i < network->n_subnets; i++) {
		struct address subnet, own;

		if (!address_read_subnet(network->subnets[i].text, &subnet) &&
		    address_of_subnet(&subnet, 1, &own) && address_equals(&own, address))
			return true;
	}
	return false;
}

static int check_address(struct link_draft *draft, int i, size_t at, const struct address *address)
{
	struct link_plan *plan = draft->plan;
	struct collision collision = {.address = address};
	struct wire_network network;
	char member[32];

	snprintf(member, sizeof(member), "addresses[%zu]", at);
	for (int j = 0; j <= i; j++)
		for (size_t k = 0; k < link_draft_end(&plan->wire, j)->n_addresses; k++) {
			struct address other;

			if ((j < i || k < at) &&
			    !address_read_interface(
				    link_draft_end(&plan->wire, j)->addresses[k].text, &other) &&
			    address_equals(&other, address))
				return link_draft_refuse(draft, i, member,
							 "is repeated in this link");
		}
	if (link_address_read_network(plan->ends[!i], &network)) {
		if (is_bridge_address(&network, address))
			return link_draft_refuse(draft, i, member, "is the network's own address");
		if (link_draft_each_neighbour(draft, plan->ends[!i], find_far_collision,
					      &collision))
			return link_draft_refuse(draft, i, member, "address in use: link %s has %s",
						 collision.link, collision.text);
	}
	/* At an end on the host, the subnet of an address must not overlap with that of another
	 * link's address. In a set, overlapping subnets of addresses that the request names are
	 * allowed: they affect only the owner. */
	collision.overlap = true;
	if (link_draft_end(&plan->wire, i)->where != END_HOST ||
	    !link_draft_each_neighbour(draft, plan->ends[i], find_collision, &collision))
		return 0;
	/* the caller may not see other users' links, and the name of a way out has that of a set */
	if (collision.owner != draft->wish->owner && draft->wish->owner != 0)
		return link_draft_refuse(draft, i, member,
					 "overlapping subnet: another user's link is here");
	return link_draft_refuse(draft, i, member, "overlapping subnet: link %s has %s here",
				 collision.link, collision.text);
}

static int take_addresses(struct link_draft *draft, int i)
{
	struct wire_end *end = link_draft_end(&draft->plan->wire, i);
	struct link_plan_text *text = &draft->plan->text[i];

	if (end->n_addresses > 0 && end->where == END_NETWORK)
		return link_draft_refuse(draft, i, "addresses",
					 "a network's end has none of its own");
	for (size_t at = 0; at < end->n_addresses; at++) {
		struct address address;
		const char *wrong =
			end->addresses[at].text
				? address_read_interface(end->addresses[at].text, &address)
				: "is empty";
		char member[32];
		int r;

		snprintf(member, sizeof(member), "addresses[%zu]", at);
		if (wrong)
			return link_draft_refuse(draft, i, member, "%s", wrong);
		address_write(&address, true, text->addresses[at]);
		end->addresses[at].text = text->addresses[at];
		r = check_address(draft, i, at, &address);
		if (r)
			return r;
	}
	return 0;
}

/* A network's subnets, and which addresses in them are a member's. */
struct occupied {
	struct address subnets[SUBNETS_MAX];
	size_t n;
	uint8_t bits[SUBNETS_MAX][HOSTS_MAX / 8]; /* bit n: address number n is a member's */
};

static int mark_occupied(const struct link *link _unused_, const struct wire_end *end _unused_,
			 const struct wire_end *member, void *context)
{
	struct occupied *occupied = context;
	struct address address;
	uint32_t n;

	for (size_t i = 0; i < member->n_addresses; i++) {
		if (address_read_interface(member->addresses[i].text, &address))
			continue;
		for (size_t at = 0; at < occupied->n; at++)
			if (address_number(&occupied->subnets[at], &address, &n) && n < HOSTS_MAX)
				occupied->bits[at][n / 8] |= 1 << n % 8;
	}
	return 0;
}

/* Writes to ret the lowest address of occupied->subnets[at] that no member has. Number 1 in the
 * subnet is the network's own. i: the end that gets the address, named in an error. Returns 0 or an
 * error. */
static int allocate(struct link_draft *draft, int i, const struct occupied *occupied, size_t at,
		    char *ret)
{
	const struct address *subnet = &occupied->subnets[at];
	struct address address;
	char text[ADDRESS_SIZE];

	for (uint32_t n = 2; n < HOSTS_MAX && address_of_subnet(subnet, n, &address); n++)
		if (!(occupied->bits[at][n / 8] & 1 << n % 8)) {
			address_write(&address, true, ret);
			return 0;
		}
	address_write(subnet, true, text);
	return link_draft_refuse(draft, i, "addresses",
				 "every address of the network's subnet %s is taken: remove a "
				 "member, or make a network with a larger subnet",
				 text);
}

/* Context of at_other_network(), which looks for a collision at links to networks other than
 * `network`. */
struct other_network {
	const struct set *network;
	struct collision collision;
};

/* Callback of link_draft_each_neighbour() for a set: looks for a collision at the link, if that
 * leads to a network other than other->network. Returns 1 if there is one. */
static int at_other_network(const struct link *link, const struct wire_end *end,
			    const struct wire_end *far, void *context)
{
	const struct set *network =
		link->ends[link->ends[0] && set_is_network(link->ends[0]) ? 0 : 1];
	struct other_network *other = context;

	if (!network || !set_is_network(network) || network == other->network)
		return 0;
	return find_collision(link, end, far, &other->collision);
}

/* Checks that the subnet of the network at the other end does not overlap with the subnet of an
 * address that the set at end i has in another network: the set could not tell these networks
 * apart. Returns 0 or an error. */
static int check_networks(struct link_draft *draft, int i, const struct address *subnet)
{
	struct other_network other = {.network = draft->plan->ends[!i],
				      .collision = {.address = subnet, .overlap = true}};

	if (!link_draft_each_neighbour(draft, draft->plan->ends[i], at_other_network, &other))
		return 0;
	return link_draft_refuse(draft, i, "addresses",
				 "overlapping subnet: link %s to another network has %s here",
				 other.collision.link, other.collision.text);
}

/* Gives end i an address in each subnet of the network at the other end. Does nothing if there is
 * no network, or if the request gives a list of addresses, even an empty one (has_addresses).
 * Returns 0 or an error. */
static int allocate_addresses(struct link_draft *draft, int i)
{
	struct link_plan *plan = draft->plan;
	struct wire_end *end = link_draft_end(&plan->wire, i);
	struct occupied occupied = {};
	struct wire_network network;
	int r = 0;

	if (end->n_addresses > 0 || end->has_addresses ||
	    !link_address_read_network(plan->ends[!i], &network))
		return 0;
	for (size_t at = 0; at < network.n_subnets; at++)
		if (!address_read_subnet(network.subnets[at].text, &occupied.subnets[occupied.n]))
			occupied.n++;
	link_draft_each_neighbour(draft, plan->ends[!i], mark_occupied, &occupied);
	for (size_t at = 0; r == 0 && at < occupied.n; at++) {
		r = check_networks(draft, i, &occupied.subnets[at]);
		if (r == 0)
			r = allocate(draft, i, &occupied, at, plan->text[i].addresses[at]);
		end->addresses[at].text = plan->text[i].addresses[at];
		end->n_addresses = at + 1;
	}
	return r;
}

int link_address_give(struct link_draft *draft, int i)
{
	int r = take_addresses(draft, i);

	return r ? r : allocate_addresses(draft, i);
}

/* --- networks --- */

static bool overlaps_another(const struct registry *registry, uid_t owner,
			     const struct address *subnet)
{
	for (const struct set *set = registry_next_set(registry, owner, NULL);
	     set && set->owner == owner; set = registry_next_set(registry, owner, set->name)) {
		struct wire_network network;
		struct address other;

		if (!link_address_read_network(set, &network))
			continue;
		for (size_t i = 0; i < network.n_subnets; i++)
			if (!address_read_subnet(network.subnets[i].text, &other) &&
			    address_overlaps(&other, subnet))
				return true;
	}
	return false;
}

/* Returns the index of the first of the network's first n subnets that overlaps with this one, or
 * n. */
static size_t find_overlap(const struct link_plan_network *network, size_t n,
			   const struct address *subnet)
{
	struct address other;
	size_t i = 0;

	while (i < n && (address_read_subnet(network->subnets[i], &other) ||
			 !address_overlaps(&other, subnet)))
		i++;
	return i;
}

/* Chooses the first subnet of AUTO_RANGE that overlaps neither with a network of the owner, nor
 * with the first n subnets of this network. Returns false if there is none. */
static bool choose_subnet(const struct registry *registry, uid_t owner,
			  const struct link_plan_network *network, size_t n, struct address *ret)
{
	struct address range;

	(void)address_read_subnet(AUTO_RANGE, &range);
	for (uint32_t at = 0; address_of_subnet(&range, at, ret); at += AUTO_ADDRESSES) {
		ret->prefix = AUTO_PREFIX;
		if (find_overlap(network, n, ret) == n && !overlaps_another(registry, owner, ret))
			return true;
	}
	return false;
}

/* Checks subnet number i of the network, or chooses it if it is "auto". Another network may have
 * the same subnet; then no set is given addresses of both: see check_networks(). Returns 0 or an
 * error. */
static int give_subnet(const struct registry *registry, uid_t owner,
		       struct link_plan_network *network, size_t i, struct failure *failure)
{
	const char *text = network->wire.subnets[i].text, *wrong = NULL;
	bool any = text && strcmp(text, "auto") == 0;
	struct address subnet;
	char field[32];
	size_t before;

	snprintf(field, sizeof(field), "subnets[%zu]", i);
	if (!any)
		wrong = text ? address_read_subnet(text, &subnet) : "is empty";
	else if (!choose_subnet(registry, owner, network, i, &subnet))
		wrong = "your networks have all of " AUTO_RANGE
			": remove one, or name a subnet instead of auto";
	if (wrong)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, field, "%s", wrong);
	before = find_overlap(network, i, &subnet);
	if (before < i)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, field,
				   "overlapping subnet: subnets[%zu]", before);
	address_write(&subnet, true, network->subnets[i]);
	network->wire.subnets[i].text = network->subnets[i];
	return 0;
}

int link_plan_network(const struct registry *registry, uid_t owner, const struct wire_network *wish,
		      struct link_plan_network *ret, struct failure *failure)
{
	int r = 0;

	memset(ret, 0, sizeof(*ret));
	ret->wire = *wish;
	ret->wire.owner = owner;
	for (size_t i = 0; i < wish->n_subnets && r == 0; i++)
		r = give_subnet(registry, owner, ret, i, failure);
	for (size_t i = 0; i < wish->n_dns && r == 0; i++) {
		struct address server;
		const char *text = wish->dns[i].text;
		const char *wrong = text ? address_read_host(text, &server) : "is empty";
		char field[32];

		snprintf(field, sizeof(field), "dns[%zu]", i);
		if (wrong)
			return failure_set(failure, ERROR_INVALID_VALUE, 0, field, "%s", wrong);
		address_write(&server, false, ret->dns[i]);
		ret->wire.dns[i].text = ret->dns[i];
	}
	return r;
}

void link_plan_bridge(const struct wire_network *network, struct link_plan_bridge *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->task.given = true;
	ret->task.forward = network->egress;
	for (size_t i = 0; i < network->n_subnets; i++) {
		struct address subnet, own;

		if (address_read_subnet(network->subnets[i].text, &subnet) ||
		    !address_of_subnet(&subnet, 1, &own))
			continue;
		address_write(&own, true, ret->addresses[i]);
		ret->task.addresses[ret->task.n_addresses++].text = ret->addresses[i];
	}
}

/* --- ways out (egress.h) --- */

#define WAYS_MAX (HOSTS_MAX / WAY_ADDRESSES)

/* Way number n has WAY_ADDRESSES addresses of the IPv4 pool, from address WAY_ADDRESSES * n on.
 * Sets bit n of used if a recorded way out has these. */
static void mark_ways(const struct registry *registry, const struct address *pool,
		      uint8_t used[static WAYS_MAX / 8])
{
	static struct wire_link wire;

	for (const struct link *link = registry_next_link(registry, 0, NULL); link;
	     link = registry_next_link(registry, link->owner, link->name)) {
		struct address address;
		size_t n;

		if (!link->egress ||
		    wire_unpack(&wire_link_layout, link->wire, link->wire_size, &wire) < 0 ||
		    wire.b.n_addresses == 0 ||
		    address_read_interface(wire.b.addresses[0].text, &address) ||
		    !address_overlaps(&address, pool))
			continue;
		n = ((size_t)(address.bytes[2] ^ pool->bytes[2]) << 8 | address.bytes[3]) /
		    WAY_ADDRESSES;
		used[n / 8] |= 1 << n % 8;
	}
}

static bool give_way(const char *pool_text, uint32_t n, unsigned int prefix, int family,
		     bool outward, struct link_plan_egress *ret)
{
	struct address pool, address;

	if (address_read_subnet(pool_text, &pool))
		return false;
	for (int i = 0; i < 2; i++) {
		struct wire_end *end = i == 0 ? &ret->wire.b : &ret->wire.a;

		if (!address_of_subnet(&pool, WAY_ADDRESSES * n + 1 + i, &address))
			return false;
		address.prefix = prefix;
		address_write(&address, true, ret->addresses[family][i]);
		if (i == 0)
			address_write(&address, false, ret->gateways[family]);
		end->addresses[end->n_addresses++].text = ret->addresses[family][i];
	}
	if (outward && family == 0)
		ret->wire.a.gateway = ret->gateways[family];
	else if (outward)
		ret->wire.a.second_gateway = ret->gateways[family];
	return true;
}

int link_plan_egress(const struct registry *registry, const char *pool_v4, const char *pool_v6,
		     bool outward, struct link_plan_egress *ret, struct failure *failure)
{
	uint8_t used[WAYS_MAX / 8] = {};
	struct address pool;
	uint32_t n = 0;

	memset(ret, 0, sizeof(*ret));
	if (!address_read_subnet(pool_v4, &pool))
		mark_ways(registry, &pool, used);
	while (n < WAYS_MAX && used[n / 8] & 1 << n % 8)
		n++;
	if (n == WAYS_MAX || !give_way(pool_v4, n, 30, 0, outward, ret))
		return failure_set(failure, ERROR_LIMIT_EXCEEDED, 0, "addresses of the egress pool",
				   NULL);
	if (pool_v6 && !give_way(pool_v6, n, 126, 1, outward, ret))
		return failure_set(failure, ERROR_LIMIT_EXCEEDED, 0, "addresses of the egress pool",
				   NULL);
	ret->wire.b.where = END_HOST;
	return 0;
}

void link_plan_move_egress(struct link_plan_egress *egress, uint32_t ways)
{
	for (int i = 0; i < 2; i++) {
		struct wire_end *end = i == 0 ? &egress->wire.b : &egress->wire.a;

		for (size_t family = 0; family < end->n_addresses && family < 2; family++) {
			char *text = egress->addresses[family][i];

			way_shift(end->addresses[family].text, ways, text);
			end->addresses[family].text = text;
		}
	}
	if (egress->wire.a.gateway) {
		way_shift(egress->wire.a.gateway, ways, egress->gateways[0]);
		egress->wire.a.gateway = egress->gateways[0];
	}
	if (egress->wire.a.second_gateway) {
		way_shift(egress->wire.a.second_gateway, ways, egress->gateways[1]);
		egress->wire.a.second_gateway = egress->gateways[1];
	}
}
