/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The method SetEgress: changes the list of egress of a set or network (the destinations to which
 * it may send packets through its way out), or only reads this list. The steps:
 *
 *   wait while the firewall's table is being restored
 *   check the change, and record the new list
 *   wait for tasks in progress that change which addresses of names the firewall lets through
 *   send TASK_RELIST: a worker puts the new list into the firewall
 *   update the resolver, the files in /etc and the record for the next boot
 *   answer
 *
 * If a step fails after the new list was recorded, the old list is recorded again, and the table is
 * restored. If the daemon dies in between, its next start restores the table as recorded, and ends
 * connections to destinations that are not in the recorded list.
 */
#include "daemon/keeper/network/egress-change.h"
#include "daemon/keeper/network/egress-firewall.h"
#include "daemon/keeper/network/egress-list.h"
#include "daemon/keeper/network/egress-names.h"
#include "daemon/keeper/network/egress-refused.h"
#include "daemon/keeper/network/egress.h"
#include "daemon/keeper/network/resolver.h"
#include "daemon/keeper/policy/reach-change.h"
#include "daemon/keeper/policy/reach.h"
#include "daemon/keeper/policy/task-error.h"
#include "daemon/keeper/request/admission.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/set/egress-find.h"
#include "daemon/keeper/set/egress-record.h"
#include "daemon/keeper/workers/boot-records.h"
#include "daemon/kernel/fault.h"

#define RELIST_SECONDS 20

/* A SetEgress in progress. */
struct change {
	struct keeper *keeper;
	struct request *request;
	struct egress_waiter waiter;
	struct egress_change_waiter names_waiter;
	void *asked; /* packed wire_egress */
	size_t asked_size;
	char id[ID_SIZE]; /* of the set or network */
	/* the task also ends connections to the addresses of names, as the list has lost names */
	bool ends_named;
	uint64_t names; /* digest of the names in the task's list, for egress_names_ended() */
	struct egress_record record;
	bool has_refused;
	uint64_t refused;
	struct task_refusals refusals;
};

static void change_free(struct change *change)
{
	egress_record_free(&change->record);
	free(change->asked);
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

/* Records the old list again, and restores the firewall's table, which the worker may have changed.
 * Does nothing if no new list was recorded. */
static void take_back(struct change *change, struct set *set)
{
	if (!change->record.changed)
		return;
	egress_record_take_back(&change->record, change->keeper, set);
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
	list.n_refused_names = egress_names_refused(set, list.refused_names);
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

/* If the list has changed, and the set or network has a record for the next boot, updates this
 * record. Then answers. */
static void on_files_written(void *context)
{
	struct change *change = context;
	struct set *set = registry_find_set_id(change->keeper->registry, change->id);

	if (!set)
		fail_gone(change);
	/* not during a removal, which deletes this record */
	else if (change->record.changed && set->boot.recorded && set->state == SET_READY)
		boot_set_changed(change->keeper, set, on_boot_written, change);
	else
		answer(change, set);
}

static void on_names_opened(void *context)
{
	const struct change *change = context;
	const struct set *set = registry_find_set_id(change->keeper->registry, change->id);

	if (set && change->record.changed)
		resolver_settle(set->owner, on_files_written, context);
	else
		on_files_written(context);
}

static void finish(struct change *change, struct set *set)
{
	if (change->record.changed)
		egress_log("lists changed", change->request->subject.uid, "changed egress", set);
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
		if (change->ends_named)
			egress_names_ended(change->keeper, set, change->names);
		finish(change, set);
	} else {
		take_back(change, set);
		task_error(report, &failure);
		fail(change, &failure);
	}
}

/* --- the change --- */

/* Checks the change, and records the new list. asked: the request, with the entries to add and to
 * remove. old: the list before the change. Returns 0 or an error. */
static int make(struct change *change, struct set *set, const struct wire_egress *asked,
		const struct wire_reach *old, struct failure *failure)
{
	static struct wire_reach changed;
	struct keeper *keeper = change->keeper;
	bool egress = false;
	int r = authz_egress_change(&change->request->subject, failure);

	if (r == 0 && (set->egress.learned || egress_record_is_changing(set)))
		r = failure_set(failure, ERROR_BUSY, 0,
				set->egress.learned ? "learning" : "changing", "%s",
				set_shown_name(set));
	/* checks the new entries alone, so that an error names an entry by its place in the
	 * request */
	if (r == 0)
		r = reach_check(keeper->config, &asked->add, &egress, "", failure);
	if (r == 0)
		r = reach_change(old, asked, &changed, failure);
	if (r == 0)
		r = admission_of_relist(keeper, change->request, old, &changed, failure);
	if (r)
		return r;
	return egress_record_change(&change->record, keeper, set, &changed, failure);
}

static int send_relist(struct change *change, const struct set *set)
{
	static struct link_plan_task planned;
	static struct task_relist task;
	static struct wire_spec spec;
	struct operation *operation;
	int r = link_plan_task(egress_way(set), NULL, &planned);

	if (r < 0)
		return r;
	wire_clear(&task_relist_layout, &task);
	egress_list_begin();
	/* if the list is too long for the task, the way out leads nowhere (egress_list_fill()) */
	(void)egress_fill_link(change->keeper, egress_way(set), &spec, &planned.task);
	egress_firewall_fill(change->keeper, &task.firewall);
	task.link = planned.task;
	task.change = change->record.changed;
	change->ends_named = task.change && task.link.end_named;
	change->names = egress_names_digest(set);
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

	if (!set || !egress_way(set)) {
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

/* Calls on_names_settled() when the tasks in progress that change the addresses of names at this
 * way out (struct egress_change) have ended. For example, one may remove addresses of names in the
 * old list. Returns 0, or an error after take_back(). */
static int wait_for_names(struct change *change, struct set *set, struct failure *failure)
{
	struct egress_change_waiter *waiter = &change->names_waiter;
	static struct link_plan_task planned;
	int r = link_plan_task(egress_way(set), NULL, &planned);

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
	struct set *set = NULL;
	int r = wire_unpack(&wire_egress_layout, change->asked, change->asked_size, &asked);

	r = r < 0 ? failure_from_errno(failure, r, "read the request")
		  : egress_find(change->keeper, change->request,
				&(struct egress_asked){asked.name, asked.network, asked.has_owner,
						       asked.owner},
				&set, failure);
	if (r)
		return r;
	memcpy(change->id, set->id, sizeof(change->id));
	asked.add.listed = true;
	r = egress_find_list(set, &old, failure);
	if (r)
		return r;
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
