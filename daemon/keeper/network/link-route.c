/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/network/link-draft.h"
#include "daemon/keeper/policy/address.h"

/* How an end reaches a next hop: see find_reach(). */
enum reach { REACH_NOT, REACH_SUBNET, REACH_ONLINK };

/* Returns how the end reaches the next hop: REACH_NOT if the hop is an address of the end itself;
 * else REACH_SUBNET if the hop is link-local or in a subnet of the end's addresses; else
 * REACH_ONLINK if the end has an address of the hop's family with /32 or /128; else REACH_NOT. */
static enum reach find_reach(const struct wire_end *end, const struct address *hop)
{
	enum reach reach = address_is_link_local(hop) ? REACH_SUBNET : REACH_NOT;
	struct address own;

	for (size_t at = 0; at < end->n_addresses; at++) {
		if (address_read_interface(end->addresses[at].text, &own) ||
		    own.family != hop->family)
			continue;
		if (address_equals(&own, hop))
			return REACH_NOT;
		if (address_overlaps(&own, hop))
			reach = REACH_SUBNET;
		else if (reach == REACH_NOT && address_is_alone(&own))
			reach = REACH_ONLINK;
	}
	return reach;
}

/* --- gateways --- */

/* Gives an end in a set its gateways, if the request names none, and if the other end is at a
 * network with a way out: for each family, the network's address in its first subnet of that
 * family. */
static void give_gateways(struct link_draft *draft, int i)
{
	struct link_plan *plan = draft->plan;
	struct wire_end *end = link_draft_end(&plan->wire, i);
	struct wire_network network;

	if (end->gateway || end->second_gateway || end->where != END_SET ||
	    !link_address_read_network(plan->ends[!i], &network) || !network.egress)
		return;
	for (size_t at = network.n_subnets; at-- > 0;) {
		struct address subnet, gateway;
		bool six;

		if (address_read_subnet(network.subnets[at].text, &subnet) ||
		    !address_of_subnet(&subnet, 1, &gateway))
			continue;
		six = gateway.family == AF_INET6;
		address_write(&gateway, false, plan->text[i].gateways[six]);
		if (six)
			end->second_gateway = plan->text[i].gateways[six];
		else
			end->gateway = plan->text[i].gateways[six];
	}
}

static int check_gateway(struct link_draft *draft, int i, const char *member, const char **gateway,
			 char *text, struct address *ret)
{
	const char *wrong = address_read_host(*gateway, ret);

	if (wrong)
		return link_draft_refuse(draft, i, member, "%s", wrong);
	address_write(ret, false, text);
	*gateway = text;
	if (find_reach(link_draft_end(&draft->plan->wire, i), ret) == REACH_NOT)
		return link_draft_refuse(draft, i, member,
					 "is not another host in a subnet of this end's addresses");
	return 0;
}

static int check_gateways(struct link_draft *draft, int i)
{
	struct wire_end *end = link_draft_end(&draft->plan->wire, i);
	struct link_plan_text *text = &draft->plan->text[i];
	struct address first = {}, second = {};
	int r = 0;

	if (end->gateway)
		r = check_gateway(draft, i, "gateway", &end->gateway, text->gateways[0], &first);
	if (r == 0 && end->second_gateway)
		r = check_gateway(draft, i, "secondGateway", &end->second_gateway,
				  text->gateways[1], &second);
	if (r == 0 && first.family && first.family == second.family)
		r = link_draft_refuse(
			draft, i, "secondGateway",
			"is of the same family as gateway: a further default route is a "
			"route to default with a metric of its own");
	return r;
}

/* --- other routes --- */

/* Reads the destination of a route. via: the route's next hop, if it has one; "default" is of the
 * same family. Returns NULL, or a text that says what is wrong. */
static const char *read_destination(const struct wire_route *route, const struct address *via,
				    struct address *ret)
{
	if (!route->destination)
		return "a destination is needed";
	if (strcmp(route->destination, "default") != 0)
		return address_read_route(route->destination, ret);
	if (!route->via)
		return "default without a next hop has no family: 0.0.0.0/0 and ::/0 have one";
	*ret = (struct address){.family = via->family};
	return NULL;
}

static const char *read_route(const struct wire_end *end, struct wire_route *route,
			      struct link_plan_route *text)
{
	struct address via = {}, source = {}, destination;
	const char *wrong = route->via ? address_read_host(route->via, &via) : NULL;
	enum reach reach;

	if (!wrong && route->source)
		wrong = address_read_host(route->source, &source);
	if (!wrong)
		wrong = read_destination(route, &via, &destination);
	if (wrong)
		return wrong;
	if ((route->via && via.family != destination.family) ||
	    (route->source && source.family != destination.family))
		return "mixes IPv4 and IPv6";
	if (route->onlink && !route->via)
		return "onlink is about a next hop, and there is none";
	reach = route->via ? find_reach(end, &via) : REACH_SUBNET;
	if (reach == REACH_NOT && !route->onlink)
		return "the next hop is not another host in a subnet of this end's addresses: if "
		       "it "
		       "is on the link all the same, say onlink";
	route->onlink |= reach == REACH_ONLINK;
	address_write(&destination, true, text->destination);
	route->destination = text->destination;
	if (route->via) {
		address_write(&via, false, text->via);
		route->via = text->via;
	}
	if (route->source) {
		address_write(&source, false, text->source);
		route->source = text->source;
	}
	return NULL;
}

static int check_routes(struct link_draft *draft, int i)
{
	struct wire_end *end = link_draft_end(&draft->plan->wire, i);

	for (size_t at = 0; at < end->n_routes; at++) {
		const char *wrong =
			read_route(end, &end->routes[at], &draft->plan->text[i].routes[at]);
		char member[32];

		if (!wrong)
			continue;
		snprintf(member, sizeof(member), "routes[%zu]", at);
		return link_draft_refuse(draft, i, member, "%s", wrong);
	}
	return 0;
}

/* --- gateways and other routes --- */

int link_route_give(struct link_draft *draft, int i)
{
	const struct wire_end *end = link_draft_end(&draft->plan->wire, i);
	const char *member = end->gateway	   ? "gateway"
			     : end->second_gateway ? "secondGateway"
						   : "routes";
	int r;

	if (end->where != END_SET && (end->gateway || end->second_gateway || end->n_routes > 0))
		return link_draft_refuse(draft, i, member, "%s",
					 end->where == END_HOST
						 ? "the host's routes are the host's own"
						 : "a network's end has no routes of its own");
	give_gateways(draft, i);
	r = check_gateways(draft, i);
	return r ? r : check_routes(draft, i);
}

static void fill_gateway(const struct wire_end *end, const char *gateway, struct task_end *ret)
{
	struct address hop;

	if (!gateway || address_read_host(gateway, &hop))
		return;
	ret->routes[ret->n_routes++] = (struct wire_route){
		.destination = hop.family == AF_INET ? "0.0.0.0/0" : "::/0",
		.via = gateway,
		.onlink = find_reach(end, &hop) == REACH_ONLINK,
	};
}

void link_route_fill(const struct wire_end *end, struct task_end *ret)
{
	ret->n_routes = 0;
	fill_gateway(end, end->gateway, ret);
	fill_gateway(end, end->second_gateway, ret);
	for (size_t i = 0; i < end->n_routes; i++)
		ret->routes[ret->n_routes++] = end->routes[i];
}
