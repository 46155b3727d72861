/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/network/link-draft.h"
#include "daemon/keeper/policy/address.h"
#include "daemon/keeper/policy/check.h"

#define MTU_MIN_V6 1280

/* --- places --- */

static int find_set(struct link_draft *draft, int i, const char *name, bool network,
		    struct set **ret)
{
	const char *what = network ? "network" : "set";
	struct set *set;

	if (!name || !name_is_valid(name))
		return link_draft_refuse(draft, i, what, "is not a name of a %s", what);
	set = network ? registry_find_network(draft->registry, draft->wish->owner, name)
		      : registry_find_set(draft->registry, draft->wish->owner, name);
	if (!set || !authz_reaches(draft->wish->subject, set_made(set)))
		return failure_set(draft->failure, ERROR_NOT_FOUND, 0, what, "%s", name);
	if (set == draft->wish->own)
		return link_draft_refuse(draft, i, what, "%s cannot be linked to itself", name);
	if (check_ready(set->state, name, draft->failure))
		return ERROR_BUSY;
	if (!(set->kinds & KIND_BIT(KIND_NET)))
		return link_draft_refuse(draft, i, what, "%s has no net namespace of its own",
					 name);
	*ret = set;
	return 0;
}

static size_t count_links(const struct set *set)
{
	size_t n = 0;

	for (const struct link *at = set->links; at; at = link_next(at, set))
		n++;
	return n;
}

static int place_end(struct link_draft *draft, int i)
{
	struct wire_end *end = link_draft_end(&draft->plan->wire, i);
	struct set *set = NULL;
	int r = 0;

	if (i == 0 && !end->where && draft->wish->own) {
		set = draft->wish->own;
		end->where = END_SET;
		end->name = set->name;
	} else if (end->where == END_SET || end->where == END_NETWORK) {
		r = find_set(draft, i, end->name, end->where == END_NETWORK, &set);
	} else if (end->where == END_HOST) {
		if (!draft->wish->egress)
			r = authz_host_link(draft->wish->subject, draft->failure);
	} else {
		return link_draft_refuse(draft, i, "set", "one of set, network or host is needed");
	}
	if (r == 0 && set && count_links(set) >= SET_LINKS_MAX)
		r = failure_set(draft->failure, ERROR_LIMIT_EXCEEDED, SET_LINKS_MAX,
				"links of one set or network", NULL);
	draft->plan->ends[i] = set;
	return r;
}

static int check_places(struct link_draft *draft)
{
	const struct wire_link *wire = &draft->plan->wire;

	if (draft->plan->ends[0] == draft->plan->ends[1])
		return link_draft_refuse(draft, 1, "set", "both ends are at the same place");
	if (wire->a.where == END_NETWORK && wire->b.where == END_NETWORK)
		return link_draft_refuse(draft, 1, "set",
					 "two networks cannot be linked: a set that is in both can "
					 "forward between them");
	return 0;
}

/* --- interfaces --- */

static int has_interface(const struct link *link _unused_, const struct wire_end *end,
			 const struct wire_end *far _unused_, void *context)
{
	return end->interface && strcmp(end->interface, context) == 0;
}

/* Callback of link_draft_each_neighbour(): if the interface is called ethN, with N below
 * SET_LINKS_MAX, sets bit N of the array in context. Ignores names such as eth01. */
static int mark_number(const struct link *link _unused_, const struct wire_end *end,
		       const struct wire_end *far _unused_, void *context)
{
	uint8_t *used = context;
	char again[INTERFACE_SIZE];
	unsigned int n;

	if (!end->interface || sscanf(end->interface, "eth%4u", &n) != 1 || n >= SET_LINKS_MAX)
		return 0;
	snprintf(again, sizeof(again), "eth%u", n);
	if (strcmp(again, end->interface) == 0)
		used[n / 8] |= 1 << n % 8;
	return 0;
}

/* Writes to ret the first name ethN that no link has in this set. There is one, because the set has
 * at most SET_LINKS_MAX links. */
static void pick_interface(struct link_draft *draft, const struct set *place, char *ret)
{
	uint8_t used[SET_LINKS_MAX / 8 + 1] = {};
	unsigned int n = 0;

	link_draft_each_neighbour(draft, place, mark_number, used);
	while (used[n / 8] & 1 << n % 8)
		n++;
	snprintf(ret, INTERFACE_SIZE, "eth%u", n);
}

static int name_interface(struct link_draft *draft, int i)
{
	struct wire_end *end = link_draft_end(&draft->plan->wire, i);
	char *text = draft->plan->text[i].interface;
	const struct set *place = draft->plan->ends[i];
	const char *wrong;

	if (end->interface && end->where == END_NETWORK)
		return link_draft_refuse(draft, i, "interface",
					 "the name of a network's end cannot be chosen");
	if (end->interface) {
		wrong = address_check_interface(end->interface);
		if (wrong)
			return link_draft_refuse(draft, i, "interface", "%s", wrong);
		snprintf(text, INTERFACE_SIZE, "%s", end->interface);
		if (link_draft_each_neighbour(draft, place, has_interface, text))
			return link_draft_refuse(draft, i, "interface",
						 "another link has an interface %s in %s", text,
						 place ? place->name : "the host");
	} else if (end->where == END_SET) {
		pick_interface(draft, place, text);
	}
	end->interface = *text ? text : NULL;
	return 0;
}

static int give_mac(struct link_draft *draft, int i)
{
	struct wire_end *end = link_draft_end(&draft->plan->wire, i);
	char *text = draft->plan->text[i].mac;
	const char *wrong = end->mac ? address_read_mac(end->mac, text) : NULL;

	if (wrong)
		return link_draft_refuse(draft, i, "mac", "%s", wrong);
	if (!end->mac)
		address_make_mac(draft->wish->id, i, text);
	end->mac = text;
	return 0;
}

static int check_macs(struct link_draft *draft)
{
	if (strcmp(draft->plan->text[0].mac, draft->plan->text[1].mac) == 0)
		return link_draft_refuse(draft, 1, "mac", "is the other end's, too");
	return 0;
}

/* --- other properties of an end --- */

/* Gives an end without an MTU that of the other end, because an end drops received packets that
 * exceed its own MTU. */
static void share_mtu(struct wire_link *wire)
{
	if (!wire->a.mtu)
		wire->a.mtu = wire->b.mtu;
	if (!wire->b.mtu)
		wire->b.mtu = wire->a.mtu;
}

static int check_mtu(struct link_draft *draft, int i)
{
	const struct wire_end *end = link_draft_end(&draft->plan->wire, i);

	for (size_t at = 0; end->mtu && at < end->n_addresses; at++)
		if (strchr(end->addresses[at].text, ':') && end->mtu < MTU_MIN_V6)
			return link_draft_refuse(draft, i, "mtu", "IPv6 needs %d or more",
						 MTU_MIN_V6);
	return 0;
}

static int check_impairment(struct link_draft *draft, int i)
{
	const struct wire_impairment *impairment =
		&link_draft_end(&draft->plan->wire, i)->impairment;

	if (impairment->jitter > 0 && impairment->delay == 0)
		return link_draft_refuse(draft, i, "impairment.jitterMilliseconds",
					 "needs a delay");
	if (impairment->jitter > impairment->delay)
		return link_draft_refuse(draft, i, "impairment.jitterMilliseconds",
					 "is more than the delay");
	if (impairment->reorder > 0 && impairment->delay == 0)
		return link_draft_refuse(draft, i, "impairment.reorderPercent", "needs a delay");
	if (impairment->limit > 0 && impairment->delay == 0 && impairment->rate == 0)
		return link_draft_refuse(draft, i, "impairment.limitPackets",
					 "needs a delay or a rate: nothing waits without them");
	if (impairment->rate > 0 && impairment->rate < IMPAIR_RATE_MIN)
		return link_draft_refuse(draft, i, "impairment.rateBitsPerSecond",
					 "%llu is less than %llu bits per second",
					 (unsigned long long)impairment->rate,
					 (unsigned long long)IMPAIR_RATE_MIN);
	return 0;
}

/* Sets impairment->given to the bits of the values that are not 0, so that equal impairments give
 * equal records. */
static void settle_impairment(struct wire_impairment *impairment)
{
	impairment->given =
		(impairment->delay ? IMPAIR_DELAY : 0) | (impairment->jitter ? IMPAIR_JITTER : 0) |
		(impairment->loss ? IMPAIR_LOSS : 0) |
		(impairment->duplicate ? IMPAIR_DUPLICATE : 0) |
		(impairment->corrupt ? IMPAIR_CORRUPT : 0) |
		(impairment->reorder ? IMPAIR_REORDER : 0) | (impairment->rate ? IMPAIR_RATE : 0);
	/* without another impairment, a limit has no effect */
	if (!impairment->given)
		impairment->limit = 0;
	impairment->given |= impairment->limit ? IMPAIR_LIMIT : 0;
}

static int complete_end(struct link_draft *draft, int i)
{
	int r = name_interface(draft, i);

	if (r == 0)
		r = give_mac(draft, i);
	if (r == 0)
		r = link_address_give(draft, i);
	if (r == 0)
		r = link_route_give(draft, i);
	if (r == 0)
		r = link_alias_check(draft, i);
	if (r == 0)
		r = check_mtu(draft, i);
	if (r == 0)
		r = check_impairment(draft, i);
	settle_impairment(&link_draft_end(&draft->plan->wire, i)->impairment);
	return r;
}

/* --- the link's name --- */

static const char *place_name(const struct link_plan *plan, int i)
{
	if (plan->egress && !plan->ends[i])
		return "egress";
	return plan->ends[i] ? set_shown_name(plan->ends[i]) : "host";
}

static int name_link(struct link_draft *draft)
{
	struct link_plan *plan = draft->plan;
	uid_t owner = draft->wish->owner;
	const char *wanted = draft->wish->wire->name;

	if (wanted) {
		if (!name_is_valid(wanted))
			return failure_set(draft->failure, ERROR_INVALID_VALUE, 0, "name",
					   NAME_REASON);
		if (registry_find_link(draft->registry, owner, wanted))
			return failure_set(draft->failure, ERROR_EXISTS, 0, "link", "%s", wanted);
		snprintf(plan->name, sizeof(plan->name), "%s", wanted);
		return 0;
	}
	for (int n = 1; n < 100; n++) {
		char name[2 * NAME_SIZE + 8];

		snprintf(name, sizeof(name), n > 1 ? "%s-%s-%d" : "%s-%s", place_name(plan, 0),
			 place_name(plan, 1), n);
		if (strlen(name) >= NAME_SIZE)
			break;
		snprintf(plan->name, sizeof(plan->name), "%s", name);
		if (!registry_find_link(draft->registry, owner, name))
			return 0;
	}
	snprintf(plan->name, sizeof(plan->name), "link-%s", draft->wish->id);
	return 0;
}

int link_plan(const struct registry *registry, const struct link_wish *wish, struct link_plan *ret,
	      struct failure *failure)
{
	struct link_draft draft = {registry, wish, ret, NULL, failure};
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->wire = *wish->wire;
	ret->egress = wish->egress;
	snprintf(ret->id, sizeof(ret->id), "%s", wish->id);
	r = place_end(&draft, 0);
	if (r == 0)
		r = place_end(&draft, 1);
	if (r == 0)
		r = check_places(&draft);
	share_mtu(&ret->wire);
	for (int i = 0; i < 2 && r == 0; i++)
		r = complete_end(&draft, i);
	if (r == 0)
		r = check_macs(&draft);
	if (r == 0)
		r = name_link(&draft);
	ret->wire.name = ret->name;
	ret->wire.has_owner = true;
	ret->wire.owner = wish->owner;
	return r;
}

/* --- changing a link --- */

static void merge_impairment(struct wire_impairment *into, const struct wire_impairment *change)
{
	uint32_t given = change->given;

	if (given & IMPAIR_DELAY)
		into->delay = change->delay;
	if (given & IMPAIR_JITTER)
		into->jitter = change->jitter;
	/* without a delay, there is nothing to vary or reorder */
	if (given & IMPAIR_DELAY && change->delay == 0) {
		into->jitter = given & IMPAIR_JITTER ? change->jitter : 0;
		into->reorder = 0;
	}
	if (given & IMPAIR_LOSS)
		into->loss = change->loss;
	if (given & IMPAIR_DUPLICATE)
		into->duplicate = change->duplicate;
	if (given & IMPAIR_CORRUPT)
		into->corrupt = change->corrupt;
	if (given & IMPAIR_REORDER)
		into->reorder = change->reorder;
	if (given & IMPAIR_RATE)
		into->rate = change->rate;
	/* without a delay or a rate, no packet waits, so a limit has no effect */
	if (given & IMPAIR_LIMIT)
		into->limit = change->limit;
	else if (into->delay == 0 && into->rate == 0)
		into->limit = 0;
}

static int merge_end(struct link_draft *draft, int i, const struct wire_end *change)
{
	struct wire_end *end = link_draft_end(&draft->plan->wire, i);

	if (draft->plan->egress &&
	    (change->mac || change->n_addresses > 0 || change->has_addresses || change->gateway ||
	     change->second_gateway || change->has_routes))
		return link_draft_refuse(
			draft, i, "addresses",
			"a way out is the daemon's own: only its impairment changes");
	if ((change->where && change->where != end->where) ||
	    (change->name && (!end->name || strcmp(change->name, end->name) != 0)))
		return link_draft_refuse(draft, i, "set",
					 "an end cannot be moved to another place");
	if (change->interface &&
	    (!end->interface || strcmp(change->interface, end->interface) != 0))
		return link_draft_refuse(draft, i, "interface",
					 "cannot be changed: make another link");
	if (change->mac)
		end->mac = change->mac;
	if (change->n_addresses > 0 || change->has_addresses) {
		memcpy(end->addresses, change->addresses, sizeof(end->addresses));
		end->n_addresses = change->n_addresses;
		/* new addresses come without the gateways and routes of the old ones */
		end->gateway = end->second_gateway = NULL;
		end->n_routes = 0;
	}
	if (change->gateway)
		end->gateway = change->gateway;
	if (change->second_gateway)
		end->second_gateway = change->second_gateway;
	if (change->n_routes > 0 || change->has_routes) {
		memcpy(end->routes, change->routes, sizeof(end->routes));
		end->n_routes = change->n_routes;
	}
	if (change->n_aliases > 0 || change->has_aliases) {
		memcpy(end->aliases, change->aliases, sizeof(end->aliases));
		end->n_aliases = change->n_aliases;
	}
	if (change->mtu)
		end->mtu = change->mtu;
	if (change->up)
		end->up = change->up;
	merge_impairment(&end->impairment, &change->impairment);
	return 0;
}

int link_plan_change(const struct registry *registry, const struct link *link,
		     const struct wire_link *change, struct link_plan *ret, struct failure *failure)
{
	const struct link_wish wish = {
		.owner = link->owner, .id = link->id, .prefixes = {"a.", "b."}};
	struct link_draft draft = {registry, &wish, ret, link, failure};
	int r = 0;

	memset(ret, 0, sizeof(*ret));
	if (wire_unpack(&wire_link_layout, link->wire, link->wire_size, &ret->wire) < 0)
		return failure_from_errno(failure, -EBADMSG, "read the link's record");
	ret->egress = link->egress;
	memcpy(ret->name, link->name, sizeof(ret->name));
	memcpy(ret->id, link->id, sizeof(ret->id));
	for (int i = 0; i < 2 && r == 0; i++) {
		ret->ends[i] = link->ends[i];
		r = merge_end(&draft, i, i == 0 ? &change->a : &change->b);
	}
	/* an end at a network has the MTU of the other end */
	for (int i = 0; i < 2; i++)
		if (link_draft_end(&ret->wire, i)->where == END_NETWORK)
			link_draft_end(&ret->wire, i)->mtu = link_draft_end(&ret->wire, !i)->mtu;
	for (int i = 0; i < 2 && r == 0; i++) {
		/* an end without addresses must not get new ones from link_address_give() */
		link_draft_end(&ret->wire, i)->has_addresses = true;
		r = complete_end(&draft, i);
		link_draft_end(&ret->wire, i)->has_addresses = false;
	}
	return r ? r : check_macs(&draft);
}

/* --- tasks for workers --- */

void link_plan_device(const struct link *link, const struct wire_end *end,
		      char ret[static INTERFACE_SIZE])
{
	/* on the host, and at a network, the daemon chooses the name of the interface */
	if (end->where == END_SET)
		snprintf(ret, INTERFACE_SIZE, "%s", end->interface);
	else
		snprintf(ret, INTERFACE_SIZE, HOST_END_PREFIX "%.12s", link->id);
}

static void task_end(const struct link *link, const struct set *own, const struct wire_end *end,
		     int i, struct link_plan_task *task, struct task_end *ret)
{
	char *name = task->names[i];

	ret->host = end->where == END_HOST;
	ret->port = end->where == END_NETWORK;
	if (link->ends[i] && link->ends[i] != own) {
		snprintf(task->pins[i], sizeof(task->pins[i]), "%u/%s", link->ends[i]->owner,
			 link->ends[i]->name);
		ret->pin = task->pins[i];
	}
	link_plan_device(link, end, name);
	ret->interface = name;
	ret->altname = end->where == END_HOST ? end->interface : NULL;
	ret->mac = end->mac;
	memcpy(ret->addresses, end->addresses, sizeof(ret->addresses));
	ret->n_addresses = end->n_addresses;
	link_route_fill(end, ret);
	ret->mtu = end->mtu;
	ret->down = end->up == SWITCH_OFF;
	ret->impairment = end->impairment;
}

int link_plan_task(const struct link *link, const struct set *own, struct link_plan_task *ret)
{
	int r;

	memset(ret, 0, sizeof(*ret));
	r = wire_unpack(&wire_link_layout, link->wire, link->wire_size, &ret->wire);
	if (r < 0)
		return r;
	ret->task.id = link->id;
	task_end(link, own, &ret->wire.a, 0, ret, &ret->task.a);
	task_end(link, own, &ret->wire.b, 1, ret, &ret->task.b);
	return 0;
}

void link_plan_changed_task(const struct link *link, const struct link_plan *plan,
			    struct link_plan_task *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->wire = plan->wire;
	ret->task.id = link->id;
	task_end(link, NULL, &ret->wire.a, 0, ret, &ret->task.a);
	task_end(link, NULL, &ret->wire.b, 1, ret, &ret->task.b);
}
