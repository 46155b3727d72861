/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Apply: makes a whole topology or nothing. Networks are made first, then sets (each after the
 * sets to which the links of its specification lead), then links; a few parts at a time. Each
 * part is made as if a request of its own had asked for it. If a part fails, all parts are
 * removed, in reverse order.
 *
 * Meanwhile the file state/applying/GROUP exists (store.h): if nsctld ends, its next start removes
 * the unfinished topology.
 */
#include <string.h>
#include "daemon/keeper/base/unique-id.h"
#include "daemon/keeper/network/link.h"
#include "daemon/keeper/policy/check.h"
#include "daemon/keeper/request/admission.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/request/lane.h"
#include "daemon/keeper/request/request.h"
#include "daemon/keeper/set/create.h"
#include "daemon/keeper/set/idle.h"
#include "daemon/keeper/set/lease.h"
#include "daemon/keeper/set/network.h"
#include "daemon/keeper/set/pipe-watch.h"
#include "daemon/keeper/set/remove.h"
#include "daemon/keeper/set/topology-parts.h"
#include "daemon/keeper/state/store.h"
#include "daemon/keeper/state/view.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/fault.h"

/* Parts that are made at a time; the maker of a further one would only wait for these. */
#define AT_ONCE 8

/* An Apply in progress. */
struct application {
	struct keeper *keeper;
	struct request *request;
	struct lane_process processes[WIRE_FDS_MAX];
	struct wire_lease lease;
	char group[ID_SIZE];
	int stage;		/* enum stage that is being made or removed */
	size_t pending;		/* parts of the stage that are in progress */
	bool in_loop;		/* ask_for_some() or retreat() is running, and handles results */
	struct failure failure; /* the reason why the topology is removed again */
	struct parts parts;
};

static void advance(struct application *application);
static void retreat(struct application *application);

/* --- the answer --- */

static struct application *application_free(struct application *application)
{
	if (!application)
		return NULL;
	if (application->request)
		pipe_watch_release(application->request, application->processes);
	parts_done(&application->parts);
	free(application);
	return NULL;
}

static void fail(struct application *application)
{
	struct keeper *keeper = application->keeper;
	struct request *request = application->request;
	const struct failure failure = application->failure;

	store_end_apply(keeper->store, application->group);
	application_free(application);
	request_fail(keeper, request, &failure);
}

/* Adds the part's item to the answer, unless the part has been removed meanwhile. summary: without
 * the details of a set. Returns false if it does not fit. */
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

/* Writes the answer, with less of each set if it would be too large. Returns false if it is too
 * large all the same. */
static bool put_answer(const struct application *application)
{
	struct keeper *keeper = application->keeper;
	bool fits = false;

	for (int summary = 0; !fits && summary <= 1; summary++) {
		request_begin(keeper, application->request, 0);
		fits = true;
		for (size_t i = 0; i < application->parts.n && fits; i++)
			fits = put_part(keeper, &application->parts.part[i], summary);
	}
	return fits;
}

/* Completes the topology, and answers. Once the applying file is removed, the topology
 * exists even if nsctld dies. */
static void succeed(struct application *application)
{
	struct keeper *keeper = application->keeper;
	struct request *request = application->request;
	uint32_t connection = request->connection;
	bool ends_at_once = application->lease.connection && !request_connection(request);

	if (application->lease.span)
		lease_renew_group(keeper, request->subject.uid, application->group, 0);
	if (!put_answer(application)) {
		failure_set(&application->failure, ERROR_INVALID_VALUE, 0, "sets",
			    "are too large in all: the answer does not fit into one message");
		application->stage = LINKS;
		retreat(application);
		return;
	}
	store_end_apply(keeper->store, application->group);
	fault_point("apply-counted");
	idle_look_at_all(keeper, request->subject.uid);
	application_free(application);
	request_end(keeper, request);
	if (ends_at_once)
		lease_connection_gone(keeper, connection);
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

/* Removes a part. If that fails, the part is listed as broken, so its owner sees it. */
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
	/* the removal of its set also removes a link on which an operation is in progress */
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
		application->stage--;
	}
	if (application->pending == 0)
		fail(application);
}

/* --- making the parts --- */

/* Notes that a part was made, or that it has failed and left nothing. */
static void take_outcome(struct part *part, const char *id, const struct failure *failure)
{
	struct application *application = part->application;

	application->pending--;
	part->progress = MADE;
	snprintf(part->id, sizeof(part->id), "%s", id ? id : "");
	if (failure && !application->failure.error) {
		char place[PLACE_SIZE];

		application->failure = *failure;
		part_place(part, place);
		failure_within(&application->failure, place);
	}
	fault_point("apply-part");
	if (!application->in_loop)
		advance(application);
}

/* Records that the set is ready. All records must be up to date before the topology is complete. */
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
	int r;

	r = check_name(wish.name, "name", failure);
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

/* Returns the sets of this topology that have been made. */
static struct parts_sets sets_made(const struct application *application)
{
	struct parts_sets made = {};

	for (size_t i = 0; i < application->parts.n; i++) {
		const struct part *part = &application->parts.part[i];

		if (part->stage == SETS && part->progress == MADE)
			parts_sets_add(&made, part->index);
	}
	return made;
}

/* Makes the parts that can be made now. Returns true if parts of this stage are still waiting. */
static bool ask_for_some(struct application *application)
{
	const struct parts_sets made = sets_made(application);
	bool more = false;

	for (size_t i = 0; i < application->parts.n && !application->failure.error; i++) {
		struct part *part = &application->parts.part[i];

		if ((int)part->stage != application->stage || part->progress != WAITING)
			continue;
		if (application->pending < AT_ONCE && parts_sets_within(&part->needs, &made) &&
		    !(part->takes_descriptors && lane_is_busy(application->request)))
			ask_for(part);
		else
			more = true;
	}
	return more;
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
		succeed(application);
}

/* --- the request --- */

int on_apply(struct keeper *keeper, struct request *request, struct wire_apply *asked,
	     struct failure *failure)
{
	struct application *application = calloc(1, sizeof(*application));
	int r = application ? parts_read(request->message, application, &application->parts)
			    : -ENOMEM;

	if (r == 0) {
		application->keeper = keeper;
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
			request->processes = NULL; /* application_free() releases their watchers */
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
