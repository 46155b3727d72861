/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The method Capture: finds the interface that a request means, and lets capture.c do the rest. */
#include "daemon/keeper/network/link.h"
#include "daemon/keeper/policy/check.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/set/capture.h"
#include "daemon/keeper/set/network.h"
#include "daemon/keeper/state/registry.h"

/* Chooses the end of a link at which packets are captured: one in a set or, if there is none, one
 * in a network, but not one on the host. Returns the index in link->ends. */
static int best_end(const struct link *link)
{
	int end = link->ends[0] && !set_is_network(link->ends[0]) ? 0 : 1;

	return !link->ends[end] || (set_is_network(link->ends[end]) && link->ends[!end]) ? !end
											 : end;
}

static int take_end(const struct link *link, int chosen, struct capture_place *ret,
		    struct failure *failure)
{
	static struct wire_link wire;
	const struct wire_end *ends[] = {&wire.a, &wire.b};
	int r = wire_unpack(&wire_link_layout, link->wire, link->wire_size, &wire);

	if (r < 0)
		return failure_from_errno(failure, r, "read the link's record");
	ret->set = link->ends[chosen];
	link_plan_device(link, ends[chosen], ret->interface);
	return 0;
}

static int find_network(struct keeper *keeper, struct request *request,
			const struct wire_capture *asked, struct capture_place *ret,
			struct failure *failure)
{
	const struct wire_ask ask = {
		.name = asked->network, .has_owner = asked->has_owner, .owner = asked->owner};

	if (asked->name || asked->interface)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "network",
				   "cannot be combined with a name or an interface");
	snprintf(ret->interface, sizeof(ret->interface), "%s", BRIDGE_NAME);
	ret->bridge = true;
	return network_find(keeper, request, &ask, &ret->set, failure);
}

/* Chooses the interface for a request that names none: that of the only link of place->set, or lo
 * if the set has no link. Returns 0, or an error such as several links. */
static int choose_interface(struct capture_place *place, struct failure *failure)
{
	const struct link *link = place->set->links;

	if (link && link_next(link, place->set))
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "interface",
				   "is needed: the set has several links");
	if (link)
		return take_end(link, link->ends[0] == place->set ? 0 : 1, place, failure);
	snprintf(place->interface, sizeof(place->interface), "lo");
	return 0;
}

static int find_named(struct keeper *keeper, struct request *request,
		      const struct wire_capture *asked, struct capture_place *ret,
		      struct failure *failure)
{
	const struct link *link = NULL;
	uid_t owner = asked->has_owner ? asked->owner : request->subject.uid;
	int r = check_name(asked->name, "name", failure);

	if (r == 0)
		r = authz_act_for(&request->subject, asked->has_owner, asked->owner, "set",
				  asked->name, &owner, failure);
	if (r)
		return r;
	if (!asked->interface)
		link = registry_find_link(keeper->registry, owner, asked->name);
	if (link && link->state == LINK_READY && link_is_reached(link, &request->subject))
		return take_end(link, best_end(link), ret, failure);
	r = request_find_set(keeper, request, asked->name, asked->has_owner, asked->owner,
			     &ret->set, failure);
	if (r)
		return r;
	if (!(ret->set->kinds & KIND_BIT(KIND_NET)))
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "name",
				   "this set has no net namespace of its own");
	if (!asked->interface)
		return choose_interface(ret, failure);
	snprintf(ret->interface, sizeof(ret->interface), "%s", asked->interface);
	return 0;
}

static int find_place(struct keeper *keeper, struct request *request,
		      const struct wire_capture *asked, struct capture_place *ret,
		      struct failure *failure)
{
	int r = asked->network ? find_network(keeper, request, asked, ret, failure)
			       : find_named(keeper, request, asked, ret, failure);

	if (r)
		return r;
	request_set_about(request, set_shown_name(ret->set));
	request->owner = ret->set->owner;
	return check_ready(ret->set->state, set_shown_name(ret->set), failure);
}

int on_capture(struct keeper *keeper, struct request *request, struct wire_capture *asked,
	       struct failure *failure)
{
	struct capture_place place = {};
	int r = find_place(keeper, request, asked, &place, failure);

	if (r)
		return r;
	if (asked->capture_fd < 0)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "captureFileDescriptor",
				   "is needed");
	return capture_begin(keeper, request, &place, asked, failure);
}
