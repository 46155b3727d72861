/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The method Apply: makes a topology (networks, sets and links) as a whole, or nothing of it.
 * Networks are made first, then sets (each after the sets to which the links of its specification
 * lead), then links; at most AT_ONCE parts at a time. Each part is made as if there were a request
 * for it. If a part fails, all parts are removed: links first, networks last.
 *
 * Meanwhile the file RUNTIME/state/applying/GROUP exists (store.h): if nsctld ends, its next start
 * removes the unfinished topology. GROUP is the id of this Apply.
 */
#include "daemon/keeper/base/unique-id.h"
#include "daemon/keeper/network/link.h"
#include "daemon/keeper/network/resolver.h"
#include "daemon/keeper/policy/check.h"
#include "daemon/keeper/request/admission.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/set/idle.h"
#include "daemon/keeper/set/lease.h"
#include "daemon/keeper/set/network.h"
#include "daemon/keeper/set/pipe-watch.h"
#include "daemon/keeper/set/remove.h"
#include "daemon/keeper/set/topology-parts.h"
#include "daemon/keeper/state/store.h"
#include "daemon/keeper/state/view.h"
#include "daemon/kernel/fault-point.h"

/* Maximum number of parts that are made at a time. More makers would mostly wait for each other. */
#define AT_ONCE 8

/* Maximum number of topologies of one user that are made at a time: each takes memory. */
#define APPLICATIONS_MAX 32

/* An Apply in progress. */
struct application {
	struct application *next; /* in applications */
	struct keeper *keeper;
	struct request *request;
	struct lane_process processes[WIRE_FDS_MAX];
	struct wire_lease lease;
	char group[ID_SIZE];
	int stage;		/* enum stage that is being made or removed */
	size_t pending;		/* parts of the stage that are being made or removed */
	size_t first;		/* index in parts.part: no part before this one is WAITING */
	size_t made, told;	/* parts made or failed: now, and as last told to the client */
	bool more;		/* the client takes several answers */
	bool holds;		/* this Apply holds updates of names back: resolver_hold() */
	bool in_loop;		/* results need not call advance() or retreat(): it is running */
	struct failure failure; /* the reason why the topology is removed again */
	struct parts parts;
};

static struct application *applications;

static void advance(struct application *application);
static void retreat(struct application *application);

/* --- the answer --- */

/* Ends this Apply's hold on updates of names in sets (resolver_hold()), if it has one. */
static void let_names_go(struct application *application)
{
	if (application->holds)
		resolver_go_on(application->request->subject.uid);
	application->holds = false;
}

static void application_free(struct application *application)
{
	if (!application)
		return;
	LIST_DROP(applications, application, next);
	let_names_go(application);
	if (application->request)
		pipe_watch_release(application->request, application->processes);
	parts_done(&application->parts);
	free(application);
}

static void fail(struct application *application)
{
	struct keeper *keeper = application->keeper;
	struct request *request = application->request;
	const struct failure failure = application->failure;

	store_end_apply(keeper->store, application->group);
	idle_look_at_all(keeper, request->subject.uid);
	application_free(application);
	request_fail(keeper, request, &failure);
}

/* Adds the part to the answer, unless it has been removed meanwhile. summary: leaves out the
 * details of a set. Returns false if the part does not fit. */
static bool put_part(struct keeper *keeper, const struct part *part, bool summary)
{
	static struct set_view view;
	static union part_wish item;
	struct wire_writer *writer = keeper->to_front;
	const struct link *link;
	const struct set *set;

	if (part->stage == LINKS) {
		link = registry_find_link_id(keeper->registry, part->id);
		if (!link ||
		    wire_unpack(&wire_link_layout, link->wire, link->wire_size, &item.link) < 0)
			return true;
		return wire_put_item(writer, WIRE_ITEM_LINK, &wire_link_layout, &item.link);
	}
	set = registry_find_set_id(keeper->registry, part->id);
	if (!set)
		return true;
	if (part->stage == NETWORKS)
		return view_network(set, &item.network) < 0 ||
		       wire_put_item(writer, WIRE_ITEM_NETWORK, &wire_network_layout,
				     &item.network);
	view_set(keeper, set, summary, &view);
	return wire_put_item(writer, WIRE_ITEM_SET, &wire_set_layout, &view.wire);
}

/* Writes the answer as one message. summary: see put_part(). Returns false if the answer does not
 * fit. */
static bool put_answer(const struct application *application, bool summary)
{
	struct keeper *keeper = application->keeper;
	bool fits = true;

	request_begin(keeper, application->request, 0);
	for (size_t i = 0; fits && i < application->parts.n; i++)
		fits = put_part(keeper, &application->parts.part[i], summary);
	return fits;
}

/* Sends the answer as several messages. Only begins the last message, which is empty: the caller
 * sends it. */
static void put_pages(const struct application *application)
{
	struct keeper *keeper = application->keeper;

	request_begin(keeper, application->request, WIRE_CONTINUES);
	for (size_t i = 0; i < application->parts.n; i++) {
		if (put_part(keeper, &application->parts.part[i], true))
			continue;
		request_send(keeper, application->request);
		request_begin(keeper, application->request, WIRE_CONTINUES);
		(void)put_part(keeper, &application->parts.part[i], true);
	}
	/* the last message is an empty one */
	request_send(keeper, application->request);
	request_begin(keeper, application->request, 0);
}

/* Tells the client how many parts were made, at most a hundred times. Does nothing if the client
 * takes only one answer, or is slow to read. */
static void tell_progress(struct application *application)
{
	struct keeper *keeper = application->keeper;
	const struct wire_progress progress = {application->made, application->parts.n};
	size_t step = application->parts.n / 100 + 1;

	/* an answer would free the request's lane (the channel for its descriptors), which sets may
	 * still need */
	if (application->request->lane && application->stage <= SETS)
		return;
	if (!application->more || application->made < application->told + step ||
	    !request_connection(application->request) || !request_has_room(application->request))
		return;
	application->told = application->made;
	request_begin(keeper, application->request, WIRE_CONTINUES);
	wire_put(keeper->to_front, &wire_progress_layout, &progress);
	request_send(keeper, application->request);
}

/* Completes the topology, and answers. If the client takes only one answer, and the parts do not
 * fit into it even without details, removes the topology and fails. Once store_end_apply() has
 * removed the file of the Apply, the topology stays even if nsctld dies. */
static void succeed(void *context)
{
	struct application *application = context;
	struct keeper *keeper = application->keeper;
	struct request *request = application->request;
	bool fits;

	if (application->lease.span)
		lease_renew_group(keeper, request->subject.uid, application->group, 0);
	fits = put_answer(application, false) || put_answer(application, true);
	if (!fits && !application->more) {
		failure_set(&application->failure, ERROR_EXPECTED_MORE, 0, NULL, NULL);
		application->stage = LINKS;
		retreat(application);
		return;
	}
	store_end_apply(keeper->store, application->group);
	fault_point("apply-counted");
	idle_look_at_all(keeper, request->subject.uid);
	if (!fits)
		put_pages(application);
	application_free(application);
	request_end(keeper, request);
}

/* --- removing the parts --- */

static void settle(struct application *application)
{
	application->pending--;
	if (!application->in_loop)
		retreat(application);
}

static void on_part_gone(struct keeper *keeper _unused_, const struct failure *failure _unused_,
			 void *context)
{
	settle(context);
}

static void on_link_gone(struct keeper *keeper _unused_, struct link *link _unused_,
			 const struct failure *failure _unused_, void *context)
{
	settle(context);
}

/* Begins to remove a part, if it was made. A part that cannot be removed stays: its owner sees it
 * in lists, a set or network as broken. */
static void take_back(const struct part *part)
{
	struct application *application = part->application;
	struct keeper *keeper = application->keeper;
	struct link *link;
	struct set *set;

	if (part->stage != LINKS) {
		set = registry_find_set_id(keeper->registry, part->id);
		if (!set)
			return;
		application->pending++;
		set_remove(keeper, set, 0, on_part_gone, application);
		return;
	}
	link = registry_find_link_id(keeper->registry, part->id);
	/* a link on which an operation is in progress is removed with its set */
	if (!link || link->work)
		return;
	application->pending++;
	link_remove_one(keeper, link, on_link_gone, application);
}

static void retreat(struct application *application)
{
	while (application->pending == 0 && application->stage >= NETWORKS) {
		application->in_loop = true;
		for (size_t i = 0; i < application->parts.n; i++)
			if ((int)application->parts.part[i].stage == application->stage)
				take_back(&application->parts.part[i]);
		application->in_loop = false;
		/* avoids a deadlock: a removal waits while another request works on a link of the
		 * set, and that work may wait for an update of names */
		if (application->stage <= SETS)
			let_names_go(application);
		application->stage--;
	}
	if (application->pending == 0)
		fail(application);
}

/* --- making the parts --- */

/* Called when a part was made or has failed. failure: NULL if it was made. id: that of the part's
 * record; NULL: retreat() need not remove the part. */
static void take_outcome(struct part *part, const char *id, const struct failure *failure)
{
	struct application *application = part->application;

	application->pending--;
	part->progress = MADE;
	application->made++;
	snprintf(part->id, sizeof(part->id), "%s", id ? id : "");
	if (failure && !application->failure.error) {
		char place[PLACE_SIZE];

		application->failure = *failure;
		part_place(part, place);
		failure_within(&application->failure, place);
		request_set_about(application->request, part->name);
	}
	fault_point("apply-part");
	if (!application->failure.error)
		tell_progress(application);
	if (!application->in_loop)
		advance(application);
}

/* Also writes the set's record: finish_creation() in create.c does so only after this call, which
 * may complete the topology. All records must be up to date by then. */
static void on_set_made(struct keeper *keeper, struct set *set, const struct failure *failure,
			void *context)
{
	if (set)
		store_write_set(keeper->store, set);
	take_outcome(context, set ? set->id : NULL, failure);
}

static void on_link_made(struct keeper *keeper, struct link *link, const struct failure *failure,
			 void *context)
{
	if (link && !failure)
		store_write_link(keeper->store, link);
	take_outcome(context, link ? link->id : NULL, failure);
}

static int ask_for_network(struct part *part, struct wire_network *network, struct failure *failure)
{
	struct application *application = part->application;
	struct network_wish wish = {
		.network = network,
		.lease = &application->lease,
		.group = application->group,
		.created = on_set_made,
		.context = part,
	};

	return network_create(application->keeper, application->request, &wish, failure);
}

static int ask_for_set(struct part *part, struct wire_create *create, struct failure *failure)
{
	struct application *application = part->application;
	struct keeper *keeper = application->keeper;
	struct request *request = application->request;
	struct wire_spec *spec = &create->spec;
	struct set_wish wish = {
		.name = create->name,
		.spec = spec,
		.group = application->group,
		.created = on_set_made,
		.context = part,
	};
	int r = check_name(wish.name, "name", failure);

	if (r == 0 && wire_lease_is_given(&application->lease))
		r = lease_take(request, spec, &application->lease, failure);
	if (r == 0)
		r = admission_of_spec(keeper, request, spec, wish.name, failure);
	if (r == 0 && registry_find_set(keeper->registry, request->subject.uid, wish.name))
		r = failure_set(failure, ERROR_EXISTS, 0, "set", "%s", wish.name);
	return r ? r : set_create(keeper, request, &wish, failure);
}

static void ask_for(struct part *part)
{
	struct application *application = part->application;
	struct failure failure = {};
	union part_wish *wish;
	int r;

	part->progress = ASKED;
	application->pending++;
	wish = part_read(&application->parts, part);
	if (!request_connection(application->request))
		r = failure_from_errno(&failure, -ECONNRESET, "go on without a client");
	else if (part->stage == NETWORKS)
		r = ask_for_network(part, &wish->network, &failure);
	else if (part->stage == SETS)
		r = ask_for_set(part, &wish->create, &failure);
	else
		r = link_add(application->keeper, &application->request->subject, &wish->link,
			     application->group, on_link_made, part, &failure);
	if (r)
		take_outcome(part, NULL, &failure);
}

/* Returns true if the part can be made now: all that it needs was made and, if it takes descriptors
 * of the client, no other part is using these. */
static bool is_possible(const struct application *application, const struct part *part)
{
	for (size_t i = 0; i < part->n_needs; i++)
		if (application->parts.part[part->needs[i]].progress != MADE)
			return false;
	return !(part->takes_descriptors && lane_is_busy(application->request));
}

/* Begins to make the parts of the stage that can be made now, until one fails. Returns true if
 * others still wait; after a failure, the result has no meaning. */
static bool ask_for_some(struct application *application)
{
	struct parts *parts = &application->parts;
	bool more = false;

	while (application->first < parts->n && parts->part[application->first].progress != WAITING)
		application->first++;
	for (size_t i = application->first; i < parts->n && !application->failure.error; i++) {
		struct part *part = &parts->part[i];

		/* the parts are in the order of the stages */
		if ((int)part->stage > application->stage)
			break;
		if (part->progress != WAITING)
			continue;
		if (application->pending == AT_ONCE)
			return true;
		if (is_possible(application, part))
			ask_for(part);
		else
			more = true;
	}
	return more;
}

/* Waits for the updates of the files by which members of a network know each other by name
 * (resolver.h). Then completes the topology. */
static void settle_names(struct application *application)
{
	let_names_go(application);
	resolver_settle(application->request->subject.uid, succeed, application);
}

static void advance(struct application *application)
{
	while (!application->failure.error && application->stage < STAGE_COUNT) {
		bool more;

		application->in_loop = true;
		more = ask_for_some(application);
		application->in_loop = false;
		if (application->pending > 0)
			return;
		if (!more)
			application->stage++;
		else if (!application->failure.error)
			failure_set(&application->failure, ERROR_INVALID_VALUE, 0, "sets",
				    "wait for one another: the links of their specifications make "
				    "a circle; put one of these among links");
	}
	if (application->pending > 0)
		return;
	if (application->failure.error)
		retreat(application);
	else
		settle_names(application);
}

/* --- the request --- */

static int check_number(uid_t uid, struct failure *failure)
{
	size_t n = 0;

	for (const struct application *at = applications; at; at = at->next)
		n += at->request->subject.uid == uid;
	if (n < APPLICATIONS_MAX)
		return 0;
	return failure_set(failure, ERROR_LIMIT_EXCEEDED, APPLICATIONS_MAX,
			   "topologies in progress", NULL);
}

int on_apply(struct keeper *keeper, struct request *request, struct wire_apply *asked,
	     struct failure *failure)
{
	struct application *application;
	int r = check_number(request->subject.uid, failure);

	if (r)
		return r;
	application = calloc(1, sizeof(*application));
	r = application ? parts_read(request->message, application, &application->parts) : -ENOMEM;
	if (r == 0 && application->parts.n > 0)
		request_set_about(request, application->parts.part->name);
	if (r == 0 && parts_check(keeper, request->subject.uid, &application->parts, failure)) {
		application_free(application);
		return failure->error;
	}
	if (r == 0)
		r = parts_order(&application->parts);
	if (r == 0) {
		application->keeper = keeper;
		application->more = asked->more;
		application->lease = asked->lease;
		if (request->processes)
			memcpy(application->processes, request->processes,
			       sizeof(application->processes));
		unique_id_new(application->group);
		r = store_begin_apply(keeper->store, application->group);
	}
	if (r == 0) {
		application->request = request_keep(request);
		if (application->request) {
			application->request->processes = application->processes;
			request->processes = NULL; /* released by application_free() */
			LIST_PUSH(applications, application, next);
			application->holds = resolver_hold(request->subject.uid);
			fault_point("apply-recorded");
			advance(application);
			return 0;
		}
		store_end_apply(keeper->store, application->group);
		r = -ENOMEM;
	}
	application_free(application);
	if (r == -EBADMSG)
		return failure_set(failure, ERROR_INVALID_PARAMETER, 0, "sets", NULL);
	return failure_from_errno(failure, r, "make the topology");
}
