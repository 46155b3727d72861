/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/network/link.h"
#include "daemon/keeper/network/resolver.h"
#include "daemon/keeper/policy/task-error.h"
#include "daemon/keeper/policy/user-name.h"
#include "daemon/keeper/request/events.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/state/store.h"
#include "daemon/keeper/workers/boot-records.h"
#include "daemon/keeper/workers/operation.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/fault.h"

#define LINK_SECONDS 20

/* An operation in progress on a link: link->work. */
struct link_work {
	struct keeper *keeper;
	struct link *link;
	link_done *done;
	void *context;
	struct failure failure; /* the reason why the operation has failed */
	void *before;		/* SetLink: link->wire before the change */
	size_t before_size;
};

static struct log_fields fields_of(const struct link *link)
{
	return (struct log_fields){.has_uid = true, .uid = link->owner};
}

/* --- answers --- */

/* A link_done that answers the request in context: with the failure, the link, or nothing if the
 * link is gone. */
static void answer(struct keeper *keeper, struct link *link, const struct failure *failure,
		   void *context)
{
	static struct wire_link wire;
	struct request *request = context;
	struct failure damaged;
	int r;

	if (failure) {
		request_fail(keeper, request, failure);
		return;
	}
	if (!link) {
		request_done(keeper, request, NULL, NULL);
		return;
	}
	r = wire_unpack(&wire_link_layout, link->wire, link->wire_size, &wire);
	if (r < 0) {
		failure_from_errno(&damaged, r, "read the link's record");
		request_fail(keeper, request, &damaged);
	} else {
		request_done(keeper, request, &wire_link_layout, &wire);
	}
}

/* A link_done that does nothing. */
static void say_nothing(struct keeper *keeper _unused_, struct link *link _unused_,
			const struct failure *failure _unused_, void *context _unused_)
{
}

/* --- work --- */

static struct link_work *work_new(struct keeper *keeper, struct link *link, link_done *done,
				  void *context)
{
	struct link_work *work = calloc(1, sizeof(*work));

	if (!work)
		return NULL;
	*work = (struct link_work){
		.keeper = keeper, .link = link, .done = done, .context = context};
	link->work = work;
	return work;
}

/* Deletes the link's record. If that fails, returns false, sets work->failure unless it is set, and
 * puts the link into the state LINK_REMOVING, so that its owner can remove it again. */
static bool unrecord(struct link_work *work)
{
	int r = store_remove_link(work->keeper->store, work->link->id);

	if (r == 0)
		return true;
	work->link->state = LINK_REMOVING;
	if (!work->failure.error)
		failure_from_errno(&work->failure, r, "remove the link's record");
	return false;
}

/* Ends and frees the work. gone: nothing of the link is left in the kernel. Then also deletes its
 * record and, if that succeeds, frees the link. Calls network_idle() for the sets at the link's
 * ends, because their removals may wait for the end of this work. Then calls done(). */
static void finish(struct link_work *work, bool gone)
{
	struct link_work it;
	struct set *ends[2] = {work->link->ends[0], work->link->ends[1]};

	gone = gone && unrecord(work);
	it = *work;
	it.link->work = NULL;
	free(work->before);
	free(work);
	if (gone)
		link_forget(it.keeper, it.link);
	for (int i = 0; i < 2; i++)
		if (ends[i])
			it.keeper->upcalls->network_idle(it.keeper, ends[i]);
	it.done(it.keeper, gone ? NULL : it.link, it.failure.error ? &it.failure : NULL,
		it.context);
}

/* Ends work that has changed nothing in the kernel. Does not call done(), because the caller
 * answers. forget_it: the link and its record are deleted. */
static void abandon(struct link_work *work, bool forget_it)
{
	work->done = say_nothing;
	finish(work, forget_it);
}

static int send_link_task(struct link_work *work, enum task_op op,
			  void (*done)(struct operation *operation,
				       const struct task_report *report))
{
	static struct link_plan_task planned;
	static struct task_one_link task;
	struct operation *operation;
	int r = link_plan_task(work->link, NULL, &planned);

	if (r < 0)
		return r;
	wire_clear(&task_one_link_layout, &task);
	task.link = planned.task;
	r = operation_new(work->keeper, work->link->owner,
			  op == TASK_LINK ? TURN_MAKE : TURN_CLEANUP, LINK_SECONDS, &operation);
	if (r < 0)
		return r;
	operation->context = work;
	operation->done = done;
	return operation_send(operation, op, &task);
}

/* --- removal --- */

static void on_link_removed(struct operation *operation, const struct task_report *report)
{
	struct link_work *work = operation->context;
	struct link *link = work->link;
	struct log_fields fields = fields_of(link);
	bool gone = report->step == STEP_NONE;

	if (!gone)
		task_error_of_link(report, false, &work->failure);
	if (gone)
		log_operation("links removed", LOG_INFO, &fields, "link %s of %s: removed",
			      link->name, user_name(link->owner).text);
	else
		log_by_user("links not removed", LOG_ERR, &fields,
			    "link %s of %s: cannot be removed: cannot %s: %s", link->name,
			    user_name(link->owner).text, step_text(report->step),
			    strerror(report->error));
	fault_point("unlink-forgotten");
	finish(work, gone);
}

/* Removes the link, then ends the work. A caller that undoes a failed operation has set
 * work->failure, which done() gets. If a worker cannot remove the link, done() gets that failure
 * instead. */
static void remove_link(struct link_work *work)
{
	int r;

	work->link->state = LINK_REMOVING;
	/* a full disk must not prevent a removal; the old record is good enough */
	store_write_link(work->keeper->store, work->link);
	fault_point("unlink-recorded");
	r = send_link_task(work, TASK_REMOVE_LINK, on_link_removed);
	if (r == 0)
		return;
	if (!work->failure.error)
		failure_from_errno(&work->failure, r, "remove the link");
	finish(work, false);
}

void link_remove_one(struct keeper *keeper, struct link *link, link_done *done, void *context)
{
	struct link_work *work = work_new(keeper, link, done, context);
	struct failure failure;

	if (work) {
		remove_link(work);
		return;
	}
	failure_from_errno(&failure, -ENOMEM, "remove the link");
	done(keeper, link, &failure, context);
}

bool link_is_reached(const struct link *link, const struct authz_subject *subject)
{
	for (int i = 0; i < 2; i++)
		if (link->ends[i] && !authz_reaches(subject, set_made(link->ends[i])))
			return false;
	return true;
}

static int find_link(struct keeper *keeper, struct request *request, const char *name,
		     bool has_owner, uid_t owner, struct link **ret, struct failure *failure)
{
	struct link *link;
	int r;

	if (!name || !name_is_valid(name))
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "name",
				   "is not a valid name of a link");
	request_set_about(request, name);
	r = authz_act_for(&request->subject, has_owner, owner, "link", name, &request->owner,
			  failure);
	if (r)
		return r;
	link = registry_find_link(keeper->registry, request->owner, name);
	if (!link || !link_is_reached(link, &request->subject))
		return failure_set(failure, ERROR_NOT_FOUND, 0, "link", "%s", name);
	if (link->work || link->state == LINK_CREATING)
		return failure_set(failure, ERROR_BUSY, 0,
				   link->state == LINK_CREATING	  ? "creating"
				   : link->state == LINK_REMOVING ? "removing"
								  : "changing",
				   "%s", name);
	for (int i = 0; i < 2; i++)
		if (link->ends[i] && link->ends[i]->state == SET_REMOVING)
			return failure_set(failure, ERROR_BUSY, 0, "removing", "%s", name);
	*ret = link;
	return 0;
}

int on_remove_link(struct keeper *keeper, struct request *request, struct wire_ask *asked,
		   struct failure *failure)
{
	struct request *kept;
	struct link *link;
	int r = find_link(keeper, request, asked->name, asked->has_owner, asked->owner, &link,
			  failure);

	if (r)
		return r;
	if (link->egress)
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "name",
				   "is the way out of %s, and is removed with it",
				   set_shown_name(link->ends[0]));
	kept = request_keep(request);
	if (!kept)
		return failure_from_errno(failure, -ENOMEM, "remove the link");
	link_remove_one(keeper, link, answer, kept);
	return 0;
}

/* --- making --- */

static void finish_adding(void *context)
{
	struct link_work *work = context;
	struct link *link = work->link;
	struct log_fields fields = fields_of(link);

	struct store *store = work->keeper->store;

	fault_point("link-answered");
	log_operation("links made", LOG_INFO, &fields, "link %s of %s: made", link->name,
		      user_name(link->owner).text);
	finish(work, false);
	/* The record is written after the answer, which writing would delay. If the daemon dies
	 * before, its next start removes the link. */
	store_write_link(store, link);
}

static void on_linked(struct operation *operation, const struct task_report *report)
{
	struct link_work *work = operation->context;
	struct link *link = work->link;
	struct log_fields fields = fields_of(link);

	if (report->step != STEP_NONE) {
		task_error_of_link(report, false, &work->failure);
		log_by_user("links not made", LOG_NOTICE, &fields, "link %s of %s: not made: %s %s",
			    link->name, user_name(link->owner).text, work->failure.subject,
			    work->failure.text);
		/* without a worker, nothing was made; after another failure, something may be
		 * left */
		if (report->step == STEP_WORKER)
			finish(work, true);
		else
			remove_link(work);
		return;
	}
	link->state = LINK_READY;
	events_link_added(link);
	boot_link_made(work->keeper, link);
	/* the client gets the answer when the files in /etc of all members of the network have
	 * the new names. If an Apply makes the link (link->group), the answer to the Apply waits
	 * for that, at its end */
	if (resolver_links_changed(link->ends[0], link->ends[1]) && !*link->group)
		resolver_settle(link->owner, finish_adding, work);
	else
		finish_adding(work);
}

int link_add(struct keeper *keeper, const struct authz_subject *subject,
	     const struct wire_link *wire, const char *group, link_done *done, void *context,
	     struct failure *failure)
{
	struct link_wish wish = {
		.subject = subject,
		.owner = subject->uid,
		.wire = wire,
		.prefixes = {"a.", "b."},
		.group = group,
	};
	struct link_work *work;
	struct link *link;
	int r = link_record_one(keeper, &wish, &link, failure);

	if (r)
		return r;
	fault_point("link-recorded");
	work = work_new(keeper, link, done, context);
	if (!work) {
		link_forget(keeper, link);
		return failure_from_errno(failure, -ENOMEM, "make the link");
	}
	r = send_link_task(work, TASK_LINK, on_linked);
	if (r < 0) {
		failure_from_errno(failure, r, "make the link");
		abandon(work, true);
		return failure->error;
	}
	return 0;
}

/* Returns the name of the link for the log: the name that is asked for or, if the daemon is to
 * choose it, that of the set or network at one end. May return NULL. */
static const char *name_of_wish(const struct wire_link *asked)
{
	if (asked->name)
		return asked->name;
	return asked->a.name ? asked->a.name : asked->b.name;
}

int on_add_link(struct keeper *keeper, struct request *request, struct wire_link *asked,
		struct failure *failure)
{
	struct request *kept;
	int r;

	request_set_about(request, name_of_wish(asked));
	kept = request_keep(request);
	if (!kept)
		return failure_from_errno(failure, -ENOMEM, "make the link");
	r = link_add(keeper, &request->subject, asked, NULL, answer, kept, failure);
	if (r)
		request_drop(kept);
	return r;
}

/* --- changing --- */

/* Replaces link->wire by *wire, in memory and then on disk. Keeps the old bytes in work->before.
 * Returns 0 or -errno. */
static int rewrite(struct link_work *work, const struct wire_link *wire)
{
	void *packed;
	size_t size;
	int r = wire_pack(&wire_link_layout, wire, &packed, &size);

	if (r < 0)
		return r;
	work->before = work->link->wire;
	work->before_size = work->link->wire_size;
	work->link->wire = packed;
	work->link->wire_size = size;
	return store_write_link(work->keeper->store, work->link);
}

/* Undoes rewrite(). Does nothing if rewrite() had no memory, and so has changed nothing. */
static void restore(struct link_work *work)
{
	if (!work->before)
		return;
	free(work->link->wire);
	work->link->wire = take_ptr(work->before);
	work->link->wire_size = work->before_size;
	store_write_link(work->keeper->store, work->link);
}

static void finish_changing(void *context)
{
	finish(context, false);
}

static void on_adjusted(struct operation *operation, const struct task_report *report)
{
	struct link_work *work = operation->context;
	struct link *link = work->link;

	if (report->step != STEP_NONE) {
		task_error_of_link(report, false, &work->failure);
		restore(work);
		finish_changing(work);
		return;
	}
	boot_link_made(work->keeper, link);
	if (resolver_links_changed(link->ends[0], link->ends[1]))
		resolver_settle(link->owner, finish_changing, work);
	else
		finish_changing(work);
}

static int send_adjustment(struct link_work *work, const struct link_plan *plan)
{
	static struct link_plan_task from, to;
	static struct task_adjust task;
	struct operation *operation;
	int r = link_plan_task(work->link, NULL, &from);

	if (r < 0)
		return r;
	link_plan_changed_task(work->link, plan, &to);
	wire_clear(&task_adjust_layout, &task);
	task.from = from.task;
	task.to = to.task;
	r = operation_new(work->keeper, work->link->owner, TURN_MAKE, LINK_SECONDS, &operation);
	if (r < 0)
		return r;
	operation->context = work;
	operation->done = on_adjusted;
	return operation_send(operation, TASK_ADJUST, &task);
}

int on_set_link(struct keeper *keeper, struct request *request, struct wire_link *asked,
		struct failure *failure)
{
	static struct link_plan plan;
	struct request *kept;
	struct link_work *work;
	struct link *link;
	int r = find_link(keeper, request, asked->name, asked->has_owner, asked->owner, &link,
			  failure);

	if (r == 0)
		r = link_plan_change(keeper->registry, link, asked, &plan, failure);
	if (r)
		return r;
	kept = request_keep(request);
	work = kept ? work_new(keeper, link, answer, kept) : NULL;
	if (!work) {
		request_drop(kept);
		return failure_from_errno(failure, -ENOMEM, "change the link");
	}
	/* plan points into link->wire. rewrite() replaces that, but keeps the old bytes in
	 * work->before */
	r = send_adjustment(work, &plan);
	if (r == 0) {
		r = rewrite(work, &plan.wire);
		/* the change goes on without a new record. After a restart, nsctld has the old
		 * one. ListLinks then shows where the ends differ from it, and SetLink can be
		 * repeated. */
		if (r < 0)
			log_warning("record of link %s not updated: %s", link->id, strerror(-r));
		return 0;
	}
	failure_from_errno(failure, r, "change the link");
	request_drop(work->context);
	abandon(work, false);
	return failure->error;
}

/* --- the start --- */

void link_recover(struct keeper *keeper, struct link *link)
{
	if (link->state == LINK_READY)
		return;
	/* the removal of a set also removes the set's links */
	for (int i = 0; i < 2; i++)
		if (link->ends[i] && link->ends[i]->state == SET_REMOVING)
			return;
	link_remove_one(keeper, link, say_nothing, NULL);
}
