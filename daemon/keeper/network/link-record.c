/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions of link.h for the record of a link, and for all links of a set. */
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/unique-id.h"
#include "daemon/keeper/network/egress-firewall.h"
#include "daemon/keeper/network/egress-list.h"
#include "daemon/keeper/network/egress-reading.h"
#include "daemon/keeper/network/egress.h"
#include "daemon/keeper/network/link.h"
#include "daemon/keeper/network/publish.h"
#include "daemon/keeper/network/resolver.h"
#include "daemon/keeper/policy/check.h"
#include "daemon/keeper/request/events.h"
#include "daemon/keeper/state/quota.h"
#include "daemon/keeper/state/store.h"
#include "daemon/keeper/workers/boot-records.h"

void link_forget(struct keeper *keeper, struct link *link)
{
	uid_t owner = link->owner;
	struct set *ends[2] = {link->ends[0], link->ends[1]};
	bool made = link->state != LINK_CREATING;

	events_link_removed(link);
	boot_link_gone(keeper, link);
	store_remove_link(keeper->store, link->id);
	registry_drop_link(keeper->registry, link);
	quota_add(keeper, owner, QUOTA_LINKS, -1);
	if (made)
		resolver_links_changed(ends[0], ends[1]);
}

static int record_plan(struct keeper *keeper, const struct link_plan *plan, const char *group,
		       struct link **ret, struct failure *failure)
{
	struct link *link = calloc(1, sizeof(*link));
	int r;

	if (!link)
		return failure_from_errno(failure, -ENOMEM, "record the link");
	link->owner = plan->wire.owner;
	memcpy(link->name, plan->name, sizeof(link->name));
	memcpy(link->id, plan->id, sizeof(link->id));
	link->state = LINK_CREATING;
	link->egress = plan->egress;
	snprintf(link->group, sizeof(link->group), "%s", group ? group : "");
	memcpy(link->ends, plan->ends, sizeof(link->ends));
	r = wire_pack(&wire_link_layout, &plan->wire, &link->wire, &link->wire_size);
	if (r == 0)
		r = registry_add_link(keeper->registry, link);
	if (r < 0) {
		free(link->wire);
		free(link);
		return failure_from_errno(failure, r, "record the link");
	}
	quota_add(keeper, link->owner, QUOTA_LINKS, 1);
	r = store_write_link(keeper->store, link);
	if (r < 0) {
		link_forget(keeper, link);
		return failure_from_errno(failure, r, "record the link");
	}
	*ret = link;
	return 0;
}

int link_record_one(struct keeper *keeper, struct link_wish *wish, struct link **ret,
		    struct failure *failure)
{
	static struct link_plan plan;
	char id[ID_SIZE];
	int r = quota_check(keeper, wish->owner, QUOTA_LINKS, 1, failure);

	unique_id_new(id);
	wish->id = id;
	if (r == 0)
		r = link_plan(keeper->registry, wish, &plan, failure);
	plan.wire.created = clock_wall();
	return r ? r : record_plan(keeper, &plan, wish->group, ret, failure);
}

/* --- all links of a set --- */

static int record_one(struct keeper *keeper, const struct authz_subject *subject, struct set *set,
		      const struct wire_spec *spec, size_t i, struct failure *failure)
{
	const struct wire_link wire = {
		.name = spec->links[i].name,
		.a = spec->links[i].end,
		.b = spec->links[i].peer,
	};
	char prefixes[2][40];
	struct link_wish wish = {
		.subject = subject,
		.owner = set->owner,
		.wire = &wire,
		.prefixes = {prefixes[0], prefixes[1]},
		.own = set,
	};
	struct link *link;

	snprintf(prefixes[0], sizeof(prefixes[0]), "spec.links[%zu].end.", i);
	snprintf(prefixes[1], sizeof(prefixes[1]), "spec.links[%zu].peer.", i);
	return link_record_one(keeper, &wish, &link, failure);
}

static int record_way(struct keeper *keeper, const struct authz_subject *subject, struct set *set,
		      const struct wire_spec *spec, struct failure *failure)
{
	struct link_wish wish = {.subject = subject, .owner = set->owner, .own = set};
	struct link *link;
	int r = egress_plan(keeper, set, spec, &wish, failure);

	return r || !wish.wire ? r : link_record_one(keeper, &wish, &link, failure);
}

int link_record_all(struct keeper *keeper, const struct authz_subject *subject, struct set *set,
		    const struct wire_spec *spec, struct failure *failure)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < spec->n_links; i++)
		r = record_one(keeper, subject, set, spec, i, failure);
	if (r == 0)
		r = record_way(keeper, subject, set, spec, failure);
	if (r)
		link_forget_all(keeper, set);
	return r;
}

int link_check_peer(struct keeper *keeper, const struct set *set, size_t n, struct failure *failure)
{
	static struct wire_spec spec;
	const struct wire_end *peer;
	const struct set *found;
	bool network;

	if (wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &spec) < 0 ||
	    n >= spec.n_links || spec.links[n].peer.where == END_HOST)
		return 0;
	peer = &spec.links[n].peer;
	network = peer->where == END_NETWORK;
	found = network ? registry_find_network(keeper->registry, set->owner, peer->name)
			: registry_find_set(keeper->registry, set->owner, peer->name);
	return found ? check_ready(found->state, peer->name, failure)
		     : failure_set(failure, ERROR_NOT_FOUND, 0, network ? "network" : "set", "%s",
				   peer->name);
}

/* set->links begins with the youngest link. The task begins with the oldest one, so that the links
 * are made in the order of the specification. */
void link_fill_create(struct keeper *keeper, const struct set *set, struct task_create *task)
{
	static struct link_plan_task tasks[TASK_SPEC_LINKS_MAX];
	static struct wire_spec spec;
	size_t n = 0;

	egress_list_begin();
	for (const struct link *link = set->links; link && n < TASK_SPEC_LINKS_MAX;
	     link = link_next(link, set)) {
		if (link_plan_task(link, set, &tasks[n]) < 0)
			continue;
		(void)egress_fill_link(keeper, link, &spec, &tasks[n].task);
		if (link->egress)
			egress_firewall_fill(keeper, &task->firewall);
		n++;
	}
	for (task->n_links = 0; task->n_links < n; task->n_links++)
		task->links[task->n_links] = tasks[n - 1 - task->n_links].task;
}

/*
 * Returns true if the removal of this set can leave the link to the kernel, which deletes a link
 * with the net namespace of either end, some time after the removal. There are two conditions:
 *   - The set is a network: nothing else holds its net namespace. The net namespace of another set
 *     may live on, if it was adopted or if a user holds it.
 *   - The set at the other end is in removal, too. A set that stays must lose its end at once.
 */
static bool is_going(const struct link *link, const struct set *set)
{
	const struct set *other = link->ends[link->ends[0] == set ? 1 : 0];

	return set_is_network(set) && other && other->state == SET_REMOVING;
}

void link_fill_remove(struct keeper *keeper, const struct set *set, struct task_remove *task)
{
	static struct link_plan_task tasks[TASK_LINKS_MAX];
	static struct wire_spec spec;

	egress_list_begin();
	for (const struct link *link = set->links; link && task->n_links < TASK_LINKS_MAX;
	     link = link_next(link, set)) {
		struct link_plan_task *planned = &tasks[task->n_links];

		if (is_going(link, set) || link_plan_task(link, NULL, planned) < 0)
			continue;
		if (link->egress) {
			(void)egress_fill_link(keeper, link, &spec, &planned->task);
			planned->task.allow = planned->task.deny = NULL;
			egress_firewall_fill(keeper, &task->firewall);
			if (planned->task.listed && egress_reading_unread(link->ends[0]))
				task->way = planned->task.b.interface;
		}
		for (int i = 0; i < 2; i++) {
			struct task_end *end = i == 0 ? &planned->task.a : &planned->task.b;

			/* the firewall has addresses of ways out; others are not needed */
			if (!link->egress)
				end->n_addresses = 0;
			end->n_routes = 0;
			end->impairment = (struct wire_impairment){};
		}
		task->links[task->n_links++] = planned->task;
	}
}

static int move_way(struct keeper *keeper, struct link *link, uint32_t ways)
{
	static struct link_plan_egress moved;
	int r = wire_unpack(&wire_link_layout, link->wire, link->wire_size, &moved.wire);

	if (r < 0)
		return r;
	link_plan_move_egress(&moved, ways);
	r = registry_repack(&wire_link_layout, &moved.wire, &link->wire, &link->wire_size);
	return r < 0 ? r : store_write_link(keeper->store, link);
}

int link_way_moved(struct keeper *keeper, struct set *set, uint32_t ways)
{
	int r = 0;

	for (struct link *link = set->links; r == 0 && link; link = link_next(link, set))
		if (link->egress)
			r = move_way(keeper, link, ways);
	return r;
}

void link_all_made(struct keeper *keeper, struct set *set)
{
	for (struct link *link = set->links; link; link = link_next(link, set))
		if (link->state == LINK_CREATING && !link->work) {
			link->state = LINK_READY;
			events_link_added(link);
			store_write_link(keeper->store, link);
			resolver_links_changed(link->ends[0], link->ends[1]);
		}
	publish_serve(keeper, set);
}

int link_unrecord_all(struct keeper *keeper, const struct set *set)
{
	int r = 0;

	for (const struct link *link = set->links; r == 0 && link; link = link_next(link, set))
		r = store_remove_link(keeper->store, link->id);
	return r;
}

void link_forget_all(struct keeper *keeper, struct set *set)
{
	bool egress = false;

	while (set->links) {
		egress |= set->links->egress;
		link_forget(keeper, set->links);
	}
	publish_release(keeper, set);
	egress_list_release(keeper, set);
	egress_reading_forget(set);
	if (egress)
		egress_gone(keeper);
}

bool link_any_busy(const struct set *set)
{
	for (const struct link *link = set->links; link; link = link_next(link, set))
		if (link->work)
			return true;
	return false;
}
