/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The method ListLinks. A record describes the ends of a link, but only the kernel knows their
 * present states. Workers compare both, some links at a time. If a worker fails, the answer has no
 * states for the links that were not examined by then. */
#include "daemon/keeper/network/link-draft.h"
#include "daemon/keeper/network/link.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/workers/operation.h"
#include "daemon/kernel/fault.h"

/* Maximum number of links on one page of the answer. A page has fewer if that many are too long for
 * a message. */
#define PAGE_LINKS 512
#define EXAMINE_SECONDS 5

struct listed {
	char id[ID_SIZE];
	struct {
		uint8_t state; /* enum end_state, 0: not known */
		struct task_lacks lacks;
		struct task_packets packets;
	} ends[2];
};

/* A page of links, while workers examine them. */
struct listing {
	struct keeper *keeper;
	struct request *request;
	struct operation *operation;
	uint16_t order[EXAMINE_LINKS_MAX]; /* links[order[i]] is link i of the task */
	/* if another page follows: that begins after this link. Else after_name is "". */
	uid_t after_owner;
	char after_name[NAME_SIZE];
	/* number of links on the page, and of those that workers got or that were skipped */
	size_t n, n_asked;
	struct listed links[];
};

static bool touches(const struct link *link, uid_t owner, const char *name)
{
	for (int i = 0; i < 2; i++)
		if (link->ends[i] && link->ends[i]->owner == owner &&
		    strcmp(link->ends[i]->name, name) == 0)
			return true;
	return false;
}

/* Returns true if clients may know of the link. They must not while link_add() makes it, or while
 * it is removed because it could not be made. */
static bool is_there(const struct link *link)
{
	return link->announced || !link->work;
}

/* --- what an end lacks --- */

/* Appends `what` to the text, after a comma if the text is not empty. Then appends value, unless
 * value is NULL. */
static void add_words(char text[static END_LACKS_SIZE], const char *what, const char *value)
{
	size_t used = strlen(text);

	snprintf(text + used, END_LACKS_SIZE - used, "%s%s%s%s", used > 0 ? ", " : "", what,
		 value ? " " : "", value ? value : "");
}

static void add_route(char text[static END_LACKS_SIZE], const struct wire_route *route)
{
	char words[2 * ADDRESS_SIZE + 8];

	snprintf(words, sizeof(words), "%s%s%s", route->destination, route->via ? " via " : "",
		 route->via ? route->via : "");
	add_words(text, "route", words);
}

static const char *write_lacks(const struct wire_end *end, const struct task_lacks *lacks,
			       char text[static END_LACKS_SIZE])
{
	struct task_end task = {};
	char mtu[16];

	*text = '\0';
	snprintf(mtu, sizeof(mtu), "%u", end->mtu);
	link_route_fill(end, &task);
	if (lacks->name)
		add_words(text, "name", end->interface);
	if (lacks->mac)
		add_words(text, "MAC", end->mac);
	if (lacks->mtu)
		add_words(text, "MTU", mtu);
	for (size_t i = 0; i < end->n_addresses; i++)
		if (lacks->addresses & UINT32_C(1) << i)
			add_words(text, "address", end->addresses[i].text);
	for (size_t i = 0; i < task.n_routes; i++)
		if (lacks->routes & UINT32_C(1) << i)
			add_route(text, &task.routes[i]);
	if (lacks->impairment)
		add_words(text, "impairment", NULL);
	return *text ? text : NULL;
}

/* --- the answer --- */

static void answer(struct listing *listing)
{
	static char lacks[2][END_LACKS_SIZE], devices[2][INTERFACE_SIZE];
	static struct wire_link wire;
	struct keeper *keeper = listing->keeper;
	const struct link *last = NULL;
	struct wire_list cursor;

	wire_clear(&wire_list_layout, &cursor);
	cursor.after_owner = listing->after_owner;
	cursor.after_name = *listing->after_name ? listing->after_name : NULL;
	request_begin(keeper, listing->request, 0);
	for (size_t i = 0; i < listing->n; i++) {
		const struct listed *at = &listing->links[i];
		const struct link *link = registry_find_link_id(keeper->registry, at->id);

		if (!link || wire_unpack(&wire_link_layout, link->wire, link->wire_size, &wire) < 0)
			continue;
		for (int side = 0; side < 2; side++) {
			struct wire_end *end = link_draft_end(&wire, side);

			end->state = at->ends[side].state;
			end->has_packets = at->ends[side].packets.known;
			end->received = at->ends[side].packets.received;
			end->sent = at->ends[side].packets.sent;
			link_plan_device(link, end, devices[side]);
			end->device = devices[side];
			if (end->state == END_INCOMPLETE)
				end->lacks = write_lacks(end, &at->ends[side].lacks, lacks[side]);
		}
		if (!wire_put_item(keeper->to_front, WIRE_ITEM_LINK, &wire_link_layout, &wire)) {
			cursor.after_owner = last ? last->owner : link->owner;
			cursor.after_name = last ? last->name : link->name;
			break;
		}
		last = link;
	}
	wire_put(keeper->to_front, &wire_list_layout, &cursor);
	request_end(keeper, listing->request);
	free(listing);
}

/* --- examining --- */

static void on_end(struct operation *operation, const struct task_report *report,
		   int fds[REPORT_FDS_MAX] _unused_)
{
	struct listing *listing = operation->context;
	struct listed *listed;

	if (report->event != REPORT_END || report->detail >= 2 * EXAMINE_LINKS_MAX)
		return;
	listed = &listing->links[listing->order[report->detail / 2]];
	listed->ends[report->detail % 2].state = report->end_state;
	listed->ends[report->detail % 2].lacks = report->lacks;
	listed->ends[report->detail % 2].packets = report->packets;
}

static int examine_some(struct listing *listing);

static void on_examined(struct operation *operation, const struct task_report *report)
{
	struct listing *listing = operation->context;

	listing->operation = NULL;
	if (report->step != STEP_NONE || examine_some(listing) < 0)
		answer(listing);
}

/* Adds to the task the next links of the listing, as many as fit. Skips links that are gone, not
 * ready, or being changed: they have no states in the answer. */
static void fill_task(struct listing *listing, struct task_examine *task)
{
	static struct link_plan_task planned[EXAMINE_LINKS_MAX];

	for (; listing->n_asked < listing->n && task->n_links < EXAMINE_LINKS_MAX;
	     listing->n_asked++) {
		const char *id = listing->links[listing->n_asked].id;
		const struct link *link = registry_find_link_id(listing->keeper->registry, id);
		size_t i = task->n_links;

		if (!link || link->state != LINK_READY || link->work ||
		    link_plan_task(link, NULL, &planned[i]) < 0)
			continue;
		listing->order[i] = listing->n_asked;
		task->links[task->n_links++] = planned[i].task;
	}
}

/* Lets a worker examine the next links of the listing. Returns 0 if on_examined() will be called,
 * or -errno if no link is left to examine, or the task cannot be sent. */
static int examine_some(struct listing *listing)
{
	static struct task_examine task;
	struct operation *operation;
	int r;

	wire_clear(&task_examine_layout, &task);
	fill_task(listing, &task);
	if (task.n_links == 0)
		return -ENOENT;
	r = operation_new(listing->keeper, listing->request->subject.uid, TURN_MAKE,
			  EXAMINE_SECONDS, &operation);
	if (r < 0)
		return r;
	operation->context = listing;
	operation->report = on_end;
	operation->done = on_examined;
	r = operation_send(operation, TASK_EXAMINE, &task);
	if (r == 0)
		listing->operation = operation;
	return r;
}

static void on_asker_gone(struct keeper *keeper _unused_, struct request *request)
{
	struct listing *listing = request->holder;

	if (!operation_take_back(listing->operation))
		return;
	request_drop(request);
	free(listing);
}

/* --- the request --- */

/* Collects the ids of the links on the page: the first PAGE_LINKS links that *asked asks for and
 * the client may see. The page begins after the link asked->after_owner, asked->after_name. set:
 * only links with an end in this set; NULL: all. */
static void collect(struct listing *listing, const struct wire_list *asked, const struct set *set)
{
	const struct request *request = listing->request;
	const struct registry *registry = listing->keeper->registry;
	struct link *link = asked->after_name ? registry_next_link(registry, asked->after_owner,
								   asked->after_name)
					      : registry_next_link(registry, 0, NULL);
	const struct link *last = NULL;

	for (; link; link = registry_next_link(registry, link->owner, link->name)) {
		if (set || asked->has_owner
			    ? link->owner != request->owner
			    : !authz_sees(&request->subject, asked->all_owners, link->owner))
			continue;
		if (!is_there(link) || !link_is_reached(link, &request->subject) ||
		    (set && !touches(link, set->owner, set->name)))
			continue;
		if (listing->n == PAGE_LINKS) {
			listing->after_owner = last->owner;
			memcpy(listing->after_name, last->name, sizeof(listing->after_name));
			break;
		}
		memcpy(listing->links[listing->n++].id, link->id, ID_SIZE);
		last = link;
	}
}

int on_list_links(struct keeper *keeper, struct request *request, struct wire_list *asked,
		  struct failure *failure)
{
	struct listing *listing;
	struct set *set = NULL;
	int r = 0;

	if (asked->set)
		r = request_find_set(keeper, request, asked->set, asked->has_owner, asked->owner,
				     &set, failure);
	else if (asked->has_owner)
		r = authz_act_for(&request->subject, true, asked->owner, "link", "",
				  &request->owner, failure);
	if (r)
		return r;
	listing = calloc(1, sizeof(*listing) + PAGE_LINKS * sizeof(*listing->links));
	if (listing)
		listing->request = request_keep(request);
	if (!listing || !listing->request) {
		free(listing);
		return failure_from_errno(failure, -ENOMEM, "list the links");
	}
	listing->keeper = keeper;
	listing->request->holder = listing;
	listing->request->gone = on_asker_gone;
	collect(listing, asked, set);
	if (examine_some(listing) < 0)
		answer(listing);
	return 0;
}
