/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include "daemon/keeper/network/link-plan.h"
#include "daemon/keeper/policy/check.h"
#include "daemon/keeper/request/admission.h"
#include "daemon/keeper/request/request.h"
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

int network_create(struct keeper *keeper, struct request *request,
		   const struct network_wish *network_wish, struct failure *failure)
{
	const struct wire_network *wanted = network_wish->network;
	static struct wiring_network network;
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
	int r = check_name(wanted->name, "name", failure);

	if (r == 0 && wanted->boot && network_wish->lease)
		r = failure_set(failure, ERROR_INVALID_VALUE, 0, "boot",
				"goes with no lease: a leased network ends");
	if (r == 0 && wanted->boot)
		r = admission_of_boot(request, failure);
	if (r == 0)
		r = authz_network(&request->subject, wanted, failure);
	if (r)
		return r;
	if (registry_find_network(keeper->registry, owner, wanted->name))
		return failure_set(failure, ERROR_EXISTS, 0, "network", "%s", wanted->name);
	r = wiring_network(keeper->registry, owner, wanted, &network, failure);
	if (r)
		return r;
	snprintf(key, sizeof(key), "%c%s", NETWORK_SIGN, wanted->name);
	wire_clear(&wire_spec_layout, &spec);
	spec.given = true;
	spec.kinds = KIND_BIT(KIND_NET);
	spec.boot = network.wire.boot = wanted->boot;
	wish.name = key;
	r = network_wish->lease ? lease_take(request, &spec, network_wish->lease, failure) : 0;
	if (r)
		return r;
	return set_create(keeper, request, &wish, failure);
}

static int try_create(struct keeper *keeper, struct request *request,
		      const struct wire_network *wanted, struct failure *failure)
{
	struct network_wish wish = {
		.network = wanted, .created = on_created_for, .context = request_keep(request)};
	int r;

	if (!wish.context)
		return failure_from_errno(failure, -ENOMEM, "create the network");
	r = network_create(keeper, request, &wish, failure);
	if (r)
		request_drop(wish.context);
	return r;
}

void network_on_create(struct keeper *keeper, struct request *request, struct wire_message *message)
{
	static struct wire_network wanted;
	struct failure failure = {};
	int r;

	if (wire_decode(message, &wire_network_layout, &wanted) < 0)
		r = failure_set(&failure, ERROR_INVALID_PARAMETER, 0, "subnets", NULL);
	else
		r = try_create(keeper, request, &wanted, &failure);
	if (r)
		request_fail(keeper, request, &failure);
}

/* --- removal --- */

static int find_network(struct keeper *keeper, struct request *request, const struct wire_ask *ask,
			struct set **ret, struct failure *failure)
{
	struct set *set;
	int r = check_name(ask->name, "name", failure);

	if (r == 0)
		r = authz_owner(&request->subject, ask->has_owner, ask->owner, "network", ask->name,
				&request->owner, failure);
	if (r)
		return r;
	snprintf(request->about, sizeof(request->about), "%s", ask->name);
	set = registry_find_network(keeper->registry, request->owner, ask->name);
	if (!set)
		return failure_set(failure, ERROR_NOT_FOUND, 0, "network", "%s", ask->name);
	if (set->state == SET_CREATING)
		return failure_set(failure, ERROR_BUSY, 0, "creating", "%s", ask->name);
	*ret = set;
	return 0;
}

void network_on_remove(struct keeper *keeper, struct request *request, struct wire_message *message)
{
	struct failure failure = {};
	struct request *kept;
	struct wire_ask ask;
	struct set *set = NULL;
	int r;

	if (wire_decode(message, &wire_ask_layout, &ask) < 0)
		r = failure_set(&failure, ERROR_INVALID_PARAMETER, 0, "name", NULL);
	else
		r = find_network(keeper, request, &ask, &set, &failure);
	if (r == 0) {
		kept = request_keep(request);
		if (kept) {
			set_remove_for(keeper, set, 0, kept);
			return;
		}
		failure_from_errno(&failure, -ENOMEM, "remove the network");
	}
	request_fail(keeper, request, &failure);
}

/* --- listing --- */

void network_on_list(struct keeper *keeper, struct request *request, struct wire_message *message)
{
	static struct wire_network wire;
	static struct wire_list list;
	struct wire_list cursor;
	struct failure failure;
	const struct set *set, *last = NULL;

	if (wire_decode(message, &wire_list_layout, &list) < 0) {
		failure_set(&failure, ERROR_INVALID_PARAMETER, 0, "allOwners", NULL);
		request_fail(keeper, request, &failure);
		return;
	}
	wire_clear(&wire_list_layout, &cursor);
	request_begin(keeper, request, 0);
	set = list.after_name
		      ? registry_next_set(keeper->registry, list.after_owner, list.after_name)
		      : registry_next_set(keeper->registry, 0, NULL);
	for (; set; set = registry_next_set(keeper->registry, set->owner, set->name)) {
		if (!set_is_network(set) ||
		    !authz_sees(&request->subject, list.all_owners, set->owner) ||
		    view_network(set, &wire) < 0)
			continue;
		if (!wire_put_item(&keeper->to_front, WIRE_ITEM_NETWORK, &wire_network_layout,
				   &wire)) {
			cursor.after_owner = last ? last->owner : set->owner;
			cursor.after_name = last ? last->name : set->name;
			break;
		}
		last = set;
	}
	wire_put(&keeper->to_front, &wire_list_layout, &cursor);
	request_end(keeper, request);
}
