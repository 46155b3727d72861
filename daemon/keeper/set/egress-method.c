/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The method SetEgress: changes what a set's or network's way out leads to, or tells it.
 *
 *   wait for the end of a restoration of the table, check, record the new list, TASK_RELIST,
 *   answer; on failure record the old list again, and restore the table
 *
 * If the daemon dies on the way, its next start restores the table as the record says, and ends the
 * connections that the recorded list does not have.
 */
#include <string.h>
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/network/egress-change.h"
#include "daemon/keeper/network/egress-firewall.h"
#include "daemon/keeper/network/egress-list.h"
#include "daemon/keeper/network/egress-names.h"
#include "daemon/keeper/network/egress-refused.h"
#include "daemon/keeper/network/egress.h"
#include "daemon/keeper/network/resolver.h"
#include "daemon/keeper/policy/check.h"
#include "daemon/keeper/policy/reach-change.h"
#include "daemon/keeper/policy/reach.h"
#include "daemon/keeper/policy/task-error.h"
#include "daemon/keeper/policy/user-name.h"
#include "daemon/keeper/request/admission.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/request/request.h"
#include "daemon/keeper/set/network.h"
#include "daemon/keeper/state/store.h"
#include "daemon/keeper/workers/boot-records.h"
#include "daemon/keeper/workers/operation.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/fault.h"

#define RELIST_SECONDS 20

/* A SetEgress in progress. */
struct change {
	struct change *next; /* in changes, once it has recorded a new list */
	struct keeper *keeper;
	struct request *request;
	struct egress_waiter waiter;
	struct egress_change_waiter names_waiter;
	void *asked; /* packed wire_egress */
	size_t asked_size;
	char id[ID_SIZE]; /* of the set or network */
	bool end_named;	  /* names were taken off the list */
	bool records;	  /* the new list is recorded: before is the old record's part */
	void *before;
	size_t before_size;
	bool has_refused;
	uint64_t refused;
	struct task_refusals refusals;
};

static struct change *changes;

static void change_free(struct change *change)
{
	for (struct change **at = &changes; *at; at = &(*at)->next)
		if (*at == change) {
			*at = change->next;
			break;
		}
	free(change->asked);
	free(change->before);
	free(change);
}

static void fail(struct change *change, const struct failure *failure)
{
	request_fail(change->keeper, change->request, failure);
	change_free(change);
}

static void fail_gone(struct change *change)
{
	struct failure failure;
	bool network = false;
	static struct wire_egress asked;

	if (wire_unpack(&wire_egress_layout, change->asked, change->asked_size, &asked) == 0)
		network = asked.network;
	failure_set(&failure, ERROR_NOT_FOUND, 0, network ? "network" : "set", "%s",
		    change->request->about);
	fail(change, &failure);
}

static bool is_changing(const struct set *set)
{
	for (const struct change *at = changes; at; at = at->next)
		if (strcmp(at->id, set->id) == 0)
			return true;
	return false;
}

/* Returns the set's or network's way out, or NULL. */
static const struct link *way_of(const struct set *set)
{
	const struct link *link = set->links;

	while (link && (!link->egress || link->ends[0] != set))
		link = link_next(link, set);
	return link;
}

/* --- records --- */

/* Returns where the record keeps the packed list: in the network, or in the specification. */
static void **part_of(struct set *set, size_t **ret_size)
{
	*ret_size = set_is_network(set) ? &set->network_size : &set->spec_size;
	return set_is_network(set) ? &set->network : &set->spec;
}

/* Packs that part of the record with another list. Returns 0 or -errno. */
static int pack_with(const struct set *set, const struct wire_reach *reach, void **ret,
		     size_t *size)
{
	static struct wire_network network;
	static struct wire_spec spec;
	int r;

	if (set_is_network(set)) {
		r = wire_unpack(&wire_network_layout, set->network, set->network_size, &network);
		network.reach = *reach;
		return r < 0 ? r : wire_pack(&wire_network_layout, &network, ret, size);
	}
	r = wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &spec);
	spec.reach = *reach;
	return r < 0 ? r : wire_pack(&wire_spec_layout, &spec, ret, size);
}

/* Exchanges that part of the record with change->before, and writes the record. Returns 0 or
 * -errno. */
static int exchange(struct change *change, struct set *set)
{
	size_t *size, other_size = change->before_size;
	void **part = part_of(set, &size), *other = change->before;

	change->before = *part;
	change->before_size = *size;
	*part = other;
	*size = other_size;
	return store_write_set(change->keeper->store, set);
}

/* Has the files in /etc follow, if the list has got names or lost all of them. */
static void follow_names(struct set *set, bool had_names)
{
	if (had_names != (set->names != NULL))
		resolver_names_changed(set);
}

/* Counts the entries of the list that the record has now. */
static void count(struct keeper *keeper, struct set *set)
{
	static struct wire_reach reach;
	static struct wire_spec spec;
	bool had_names = set->names;

	if (egress_list_read(set, &spec, &reach))
		egress_list_count(keeper, set, &reach);
	follow_names(set, had_names);
}

static int record(struct change *change, struct set *set, const struct wire_reach *reach,
		  struct failure *failure)
{
	int r = pack_with(set, reach, &change->before, &change->before_size);

	if (r == 0) {
		r = exchange(change, set);
		if (r < 0)
			(void)exchange(change, set);
	}
	if (r < 0)
		return failure_from_errno(failure, r, "record the list");
	change->records = true;
	change->next = changes;
	changes = change;
	fault_point("list-recorded");
	return 0;
}

/* Records the old list again. The worker may have changed the firewall, or not. */
static void take_back(struct change *change, struct set *set)
{
	int r = change->records ? exchange(change, set) : 0;

	if (r < 0)
		log_warning("record of %s %s not restored: %s", set_what(set), set_shown_name(set),
			    strerror(-r));
	if (!change->records)
		return;
	count(change->keeper, set);
	egress_restore(change->keeper);
}

/* --- answers --- */

static void answer(struct change *change, const struct set *set)
{
	static struct wire_egress_list list;
	static struct wire_spec spec;

	wire_clear(&wire_egress_list_layout, &list);
	(void)egress_list_read(set, &spec, &list.reach);
	list.has_refused = change->has_refused;
	list.refused = change->refused;
	list.n_refused_to = egress_view_refused(&change->refusals, list.refused_to);
	request_done(change->keeper, change->request, &wire_egress_list_layout, &list);
	change_free(change);
}

static void on_boot_written(struct keeper *keeper, const struct failure *failure, void *context)
{
	struct change *change = context;
	struct set *set = registry_find_set_id(keeper->registry, change->id);

	if (failure && set)
		take_back(change, set);
	if (failure)
		fail(change, failure);
	else if (set)
		answer(change, set);
	else
		fail_gone(change);
}

/* Writes the record for the next boot, and answers. */
static void on_files_written(void *context)
{
	struct change *change = context;
	struct set *set = registry_find_set_id(change->keeper->registry, change->id);

	if (!set)
		fail_gone(change);
	/* a removal deletes the record for the next boot */
	else if (change->records && set->boot_recorded && set->state == SET_READY)
		boot_set_changed(change->keeper, set, on_boot_written, change);
	else
		answer(change, set);
}

static void on_names_opened(void *context)
{
	const struct change *change = context;
	const struct set *set = registry_find_set_id(change->keeper->registry, change->id);

	if (set && change->records)
		resolver_settle(set->owner, on_files_written, context);
	else
		on_files_written(context);
}

static void finish(struct change *change, struct set *set)
{
	struct log_fields fields = {.has_uid = true,
				    .uid = change->request->subject.uid,
				    .has_owner = set->owner != change->request->subject.uid,
				    .owner = set->owner,
				    .set = set_shown_name(set)};

	if (change->records)
		log_operation("lists changed", LOG_INFO, &fields,
			      "%s changed egress of %s %s of %s", user_name(fields.uid).text,
			      set_what(set), fields.set, user_name(set->owner).text);
	egress_names_open(set, on_names_opened, change);
}

static void on_refused(struct operation *operation, const struct task_refusals *refusals)
{
	struct change *change = operation->context;

	change->refusals = *refusals;
}

static void on_relisted(struct operation *operation, const struct task_report *report)
{
	struct change *change = operation->context;
	struct set *set = registry_find_set_id(operation->keeper->registry, change->id);
	struct failure failure;

	change->has_refused = report->has_refused;
	change->refused = report->refused;
	if (!set) {
		fail_gone(change);
	} else if (report->step == STEP_NONE) {
		finish(change, set);
	} else {
		take_back(change, set);
		task_error(report, &failure);
		fail(change, &failure);
	}
}

/* --- the change --- */

static int find(struct change *change, const struct wire_egress *asked, struct set **ret,
		struct failure *failure)
{
	const struct wire_ask ask = {.name = asked->network ? asked->network : asked->name,
				     .has_owner = asked->has_owner,
				     .owner = asked->owner};
	int r;

	if (asked->name && asked->network)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "network",
				   "cannot be combined with the name of a set");
	r = asked->network
		    ? network_find(change->keeper, change->request, &ask, ret, failure)
		    : request_find_asked(change->keeper, change->request, &ask, ret, failure);
	return r ? r : check_ready((*ret)->state, set_shown_name(*ret), failure);
}

/* Checks the change, counts its entries and records it. */
static int make(struct change *change, struct set *set, const struct wire_egress *asked,
		const struct wire_reach *old, struct failure *failure)
{
	static struct wire_reach changed;
	struct keeper *keeper = change->keeper;
	bool egress = false, had_names = set->names;
	int r = authz_egress_change(&change->request->subject, failure);

	if (r == 0 && is_changing(set))
		r = failure_set(failure, ERROR_BUSY, 0, "changing", "%s", set_shown_name(set));
	/* an entry that is wrong is named by its place in the request */
	if (r == 0)
		r = reach_check(keeper->config, &asked->add, &egress, "", failure);
	if (r == 0)
		r = reach_change(old, asked, &changed, failure);
	if (r == 0)
		r = admission_of_relist(keeper, change->request, old, &changed, failure);
	if (r == 0)
		r = egress_list_hold(keeper, set, &changed, failure);
	if (r)
		return r;
	follow_names(set, had_names);
	change->end_named = reach_takes_names(asked);
	r = record(change, set, &changed, failure);
	if (r)
		count(keeper, set);
	return r;
}

static int send_relist(struct change *change, const struct set *set)
{
	static struct link_plan_task planned;
	static struct task_relist task;
	static struct wire_spec spec;
	struct operation *operation;
	int r = link_plan_task(way_of(set), NULL, &planned);

	if (r < 0)
		return r;
	wire_clear(&task_relist_layout, &task);
	egress_list_begin();
	/* a list that is too long leads nowhere */
	(void)egress_fill_link(change->keeper, way_of(set), &spec, &planned.task);
	egress_firewall_fill(change->keeper, &task.firewall);
	task.link = planned.task;
	task.change = change->records;
	task.end_named = change->end_named;
	r = operation_new(change->keeper, set->owner, TURN_MAKE, RELIST_SECONDS, &operation);
	if (r < 0)
		return r;
	operation->context = change;
	operation->refused = on_refused;
	operation->done = on_relisted;
	return operation_send(operation, TASK_RELIST, &task);
}

static void on_names_settled(void *context)
{
	struct change *change = context;
	struct set *set = registry_find_set_id(change->keeper->registry, change->id);
	struct failure failure;
	int r;

	if (!set || !way_of(set)) {
		fail_gone(change);
		return;
	}
	r = send_relist(change, set);
	if (r == 0)
		return;
	take_back(change, set);
	failure_from_errno(&failure, r, "change the list");
	fail(change, &failure);
}

/* Goes on when addresses of names that were let through before the change are not any more. */
static int wait_for_names(struct change *change, struct set *set, struct failure *failure)
{
	struct egress_change_waiter *waiter = &change->names_waiter;
	static struct link_plan_task planned;
	int r = link_plan_task(way_of(set), NULL, &planned);

	if (r < 0) {
		take_back(change, set);
		return failure_from_errno(failure, r, "change the list");
	}
	snprintf(waiter->interface, sizeof(waiter->interface), "%s", planned.task.b.interface);
	waiter->settled = on_names_settled;
	waiter->context = change;
	egress_change_settle(waiter);
	return 0;
}

static int try(struct change *change, struct failure *failure)
{
	static struct wire_egress asked;
	static struct wire_reach old;
	static struct wire_spec spec;
	struct set *set = NULL;
	int r = wire_unpack(&wire_egress_layout, change->asked, change->asked_size, &asked);

	r = r < 0 ? failure_from_errno(failure, r, "read the request")
		  : find(change, &asked, &set, failure);
	if (r)
		return r;
	memcpy(change->id, set->id, sizeof(change->id));
	asked.add.listed = true;
	if (!way_of(set) || !egress_list_read(set, &spec, &old))
		return failure_set(failure, ERROR_INVALID_VALUE, 0,
				   asked.network ? "network" : "name",
				   "has no list, and cannot get one later: make it with --allow");
	if (asked.add.n_allow > 0 || asked.add.n_deny > 0 || asked.n_remove > 0)
		r = make(change, set, &asked, &old, failure);
	if (r)
		return r;
	return wait_for_names(change, set, failure);
}

static void begin(void *context)
{
	struct change *change = context;
	struct failure failure;

	if (try(change, &failure))
		fail(change, &failure);
}

static int pack(struct change *change, const struct wire_egress *asked, struct failure *failure)
{
	int r = wire_pack(&wire_egress_layout, asked, &change->asked, &change->asked_size);

	if (r == -EMSGSIZE)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "remove",
				   "has, with what is added, more than 60 KiB: make several calls");
	return r < 0 ? failure_from_errno(failure, r, "keep the request") : 0;
}

int on_set_egress(struct keeper *keeper, struct request *request, struct wire_egress *asked,
		  struct failure *failure)
{
	struct change *change = calloc(1, sizeof(*change));
	int r;

	if (!change)
		return failure_from_errno(failure, -ENOMEM, "change the list");
	change->keeper = keeper;
	r = pack(change, asked, failure);
	if (r == 0)
		change->request = request_keep(request);
	if (r == 0 && !change->request)
		r = failure_from_errno(failure, -ENOMEM, "change the list");
	if (r) {
		change_free(change);
		return r;
	}
	change->waiter.settled = begin;
	change->waiter.context = change;
	egress_settle(&change->waiter);
	return 0;
}
