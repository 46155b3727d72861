/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/network/link-plan.h"
#include "daemon/keeper/policy/check.h"
#include "daemon/keeper/request/admission.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/set/lease.h"
#include "daemon/keeper/set/network.h"
#include "daemon/keeper/set/remove.h"
#include "daemon/keeper/state/view.h"

/* --- creation --- */

static void on_created_for(struct keeper *keeper, struct set *set, const struct failure *failure,
			   void *context)
{
	static struct wire_network wire;
	struct request *request = context;
	struct failure damaged;

	if (failure) {
		request_fail(keeper, request, failure);
	} else if (view_network(set, &wire) < 0) {
		failure_from_errno(&damaged, -EBADMSG, "read the network's record");
		request_fail(keeper, request, &damaged);
	} else {
		request_done(keeper, request, &wire_network_layout, &wire);
	}
}

static const struct wire_lease *lease_of(const struct network_wish *wish)
{
	return wish->lease && wire_lease_is_given(wish->lease) ? wish->lease
							       : &wish->network->lease;
}

int network_create(struct keeper *keeper, struct request *request,
		   const struct network_wish *network_wish, struct failure *failure)
{
	static struct wire_network with_egress;
	const struct wire_network *wanted = &with_egress;
	const struct wire_lease *lease = lease_of(network_wish);
	static struct link_plan_network network;
	static struct wire_spec spec;
	struct set_wish wish = {
		.spec = &spec,
		.network = &network.wire,
		.group = network_wish->group,
		.created = network_wish->created,
		.context = network_wish->context,
	};
	uid_t owner = request->subject.uid;
	char key[KEY_SIZE];
	int r;

	with_egress = *network_wish->network;
	r = check_name(wanted->name, "name", failure);
	request_set_about(request, wanted->name);
	if (r == 0)
		r = admission_of_egress(keeper, request, &wanted->reach, &with_egress.egress, "",
					failure);
	if (r == 0 && wanted->boot && wire_lease_is_given(lease))
		r = failure_set(failure, ERROR_INVALID_VALUE, 0, "boot",
				"cannot be combined with a lease: a leased network ends");
	if (r == 0 && wanted->boot)
		r = admission_of_boot(request, failure);
	if (r)
		return r;
	if (registry_find_network(keeper->registry, owner, wanted->name))
		return failure_set(failure, ERROR_EXISTS, 0, "network", "%s", wanted->name);
	r = link_plan_network(keeper->registry, owner, wanted, &network, failure);
	if (r)
		return r;
	snprintf(key, sizeof(key), "%c%s", NETWORK_SIGN, wanted->name);
	/* the record of a network has no lease of its own: the lease is in spec, as that of a
	 * set */
	wire_clear(&wire_lease_layout, &network.wire.lease);
	wire_clear(&wire_spec_layout, &spec);
	spec.given = true;
	spec.kinds = KIND_BIT(KIND_NET);
	spec.boot = network.wire.boot = wanted->boot;
	wish.name = key;
	r = lease_take(request, &spec, lease, failure);
	if (r)
		return r;
	return set_create(keeper, request, &wish, failure);
}

int on_create_network(struct keeper *keeper, struct request *request, struct wire_network *asked,
		      struct failure *failure)
{
	struct network_wish wish = {
		.network = asked, .created = on_created_for, .context = request_keep(request)};
	int r;

	if (!wish.context)
		return failure_from_errno(failure, -ENOMEM, "create the network");
	r = network_create(keeper, request, &wish, failure);
	if (r)
		request_drop(wish.context);
	return r;
}

/* --- finding, removal and renewal --- */

int network_find(struct keeper *keeper, struct request *request, const struct wire_ask *ask,
		 struct set **ret, struct failure *failure)
{
	struct set *set;
	int r = check_name(ask->name, "name", failure);

	if (r == 0)
		r = authz_act_for(&request->subject, ask->has_owner, ask->owner, "network",
				  ask->name, &request->owner, failure);
	if (r)
		return r;
	request_set_about(request, ask->name);
	set = registry_find_network(keeper->registry, request->owner, ask->name);
	if (!set || !authz_reaches(&request->subject, set_made(set)))
		return failure_set(failure, ERROR_NOT_FOUND, 0, "network", "%s", ask->name);
	if (set->state == SET_CREATING)
		return failure_set(failure, ERROR_BUSY, 0, "creating", "%s", ask->name);
	*ret = set;
	return 0;
}

int on_remove_network(struct keeper *keeper, struct request *request, struct wire_ask *asked,
		      struct failure *failure)
{
	struct request *kept;
	struct set *set = NULL;
	int r = network_find(keeper, request, asked, &set, failure);

	if (r)
		return r;
	kept = request_keep(request);
	if (!kept)
		return failure_from_errno(failure, -ENOMEM, "remove the network");
	set_remove_for(keeper, set, 0, kept);
	return 0;
}

int on_renew_network(struct keeper *keeper, struct request *request, struct wire_ask *asked,
		     struct failure *failure)
{
	struct set *set = NULL;
	int r = network_find(keeper, request, asked, &set, failure);

	return r ? r : lease_renew(keeper, request, set, asked, failure);
}

/* --- listing --- */

int on_list_networks(struct keeper *keeper, struct request *request, struct wire_list *asked,
		     struct failure *failure _unused_)
{
	static struct wire_network wire;
	struct wire_list cursor;
	const struct set *set, *last = NULL;

	wire_clear(&wire_list_layout, &cursor);
	request_begin(keeper, request, 0);
	set = asked->after_name
		      ? registry_next_set(keeper->registry, asked->after_owner, asked->after_name)
		      : registry_next_set(keeper->registry, 0, NULL);
	for (; set; set = registry_next_set(keeper->registry, set->owner, set->name)) {
		if (!set_is_network(set) ||
		    !authz_sees(&request->subject, asked->all_owners, set->owner) ||
		    !authz_reaches(&request->subject, set_made(set)) ||
		    view_network(set, &wire) < 0)
			continue;
		if (!wire_put_item(keeper->to_front, WIRE_ITEM_NETWORK, &wire_network_layout,
				   &wire)) {
			cursor.after_owner = last ? last->owner : set->owner;
			cursor.after_name = last ? last->name : set->name;
			break;
		}
		last = set;
	}
	wire_put(keeper->to_front, &wire_list_layout, &cursor);
	request_end(keeper, request);
	return 0;
}
