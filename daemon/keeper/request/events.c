/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/request/events.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/state/quota.h"
#include "daemon/keeper/state/view.h"

/* Maximum number of events that wait in one subscription, and of sets in one answer. */
#define WAITING_MAX 1024
#define PAGE_SETS 100

/* An event. All subscriptions in whose queues it waits share it. */
struct news {
	unsigned int references;
	size_t size;
	max_align_t packed[]; /* packed wire_event */
};

struct subscription {
	struct subscription *next;
	struct client_connection *connection;
	struct request *request; /* to be answered next; NULL: the front has not asked yet */
	/* The events that the subscription covers. set: those about a set or network of this name;
	 * "": of any name. one_owner: those about objects of this owner; otherwise those about
	 * objects that the subscriber may see in lists (authz_sees(), with all_owners). */
	char set[NAME_SIZE];
	bool one_owner, all_owners;
	uid_t owner;
	/* listing: not all existing sets have been sent to the subscriber yet. listed_owner and
	 * listed_name: owner and name of the last one that was sent; listed_name "": none. */
	bool listing;
	uid_t listed_owner;
	char listed_name[KEY_SIZE];
	struct news *waiting[WAITING_MAX]; /* a ring */
	size_t first, n;
	bool lost; /* events were dropped: the next answer is an error, and ends the subscription */
};

static struct subscription *subscriptions;
static struct event *news_event; /* active when subscriptions have events to send */

/* --- which subscriptions see an event --- */

static bool is_about(const struct subscription *subscription, const struct set *set)
{
	return set && strcmp(set->name, subscription->set) == 0;
}

static bool reaches(const struct subscription *subscription, const struct set *set)
{
	return !set || authz_reaches(&subscription->connection->subject, set_made(set));
}

/* Returns true if the subscription covers an event about an object of this owner. set and other:
 * the sets or networks that the event is about, such as both ends of a link. NULL: the end is the
 * host, or there is no second one. */
static bool sees(const struct subscription *subscription, uid_t owner, const struct set *set,
		 const struct set *other)
{
	if (subscription->one_owner ? owner != subscription->owner
				    : !authz_sees(&subscription->connection->subject,
						  subscription->all_owners, owner))
		return false;
	if (!reaches(subscription, set) || !reaches(subscription, other))
		return false;
	return !*subscription->set || is_about(subscription, set) || is_about(subscription, other);
}

/* Returns true if the subscription has not come to this set yet in its list of existing sets. It
 * will report the set later, in the state that the set then has. Returns false for a network:
 * networks are not listed. */
static bool will_be_listed(const struct subscription *subscription, const struct set *set)
{
	if (!subscription->listing || !set || set_is_network(set))
		return false;
	if (!*subscription->listed_name || set->owner != subscription->listed_owner)
		return !*subscription->listed_name || set->owner > subscription->listed_owner;
	return strcmp(set->name, subscription->listed_name) > 0;
}

/* --- the queue --- */

static void news_unref(struct news *news)
{
	if (--news->references == 0)
		free(news);
}

static void drop_waiting(struct subscription *subscription)
{
	for (; subscription->n > 0; subscription->n--) {
		news_unref(subscription->waiting[subscription->first]);
		subscription->first = (subscription->first + 1) % WAITING_MAX;
	}
}

static void queue(struct subscription *subscription, struct news *news)
{
	if (subscription->lost)
		return;
	if (!news || subscription->n == WAITING_MAX) {
		/* a monitor cannot make sense of events with a gap, so the earlier events are
		 * dropped, too */
		subscription->lost = true;
		drop_waiting(subscription);
		return;
	}
	news->references++;
	subscription->waiting[(subscription->first + subscription->n++) % WAITING_MAX] = news;
}

/* Returns a shared event with one reference, or NULL if there is no memory. */
static struct news *news_new(const struct wire_event *event)
{
	struct news *news = NULL;
	void *packed;
	size_t size;

	if (wire_pack(&wire_event_layout, event, &packed, &size) < 0)
		return NULL;
	news = malloc(sizeof(*news) + size);
	if (news) {
		news->references = 1;
		news->size = size;
		memcpy(news->packed, packed, size);
	}
	free(packed);
	return news;
}

/* Queues an event in all subscriptions that cover it. set and other: see sees(). of: the set whose
 * state has changed, or NULL. A subscription that will list this set later (will_be_listed()) does
 * not get the event, because the list will show the new state. */
static void tell(struct wire_event *event, const struct set *of, const struct set *set,
		 const struct set *other)
{
	struct news *news = NULL;
	bool made = false;

	event->time = clock_wall();
	for (struct subscription *at = subscriptions; at; at = at->next) {
		if (!sees(at, event->owner, set, other) || will_be_listed(at, of))
			continue;
		if (!made)
			news = news_new(event);
		made = true;
		queue(at, news);
	}
	if (news)
		news_unref(news);
	/* the answer is sent later, because the caller may be writing another one */
	if (made)
		event_active(news_event, EV_TIMEOUT, 0);
}

/* --- answers --- */

static void subscription_free(struct keeper *keeper, struct subscription *subscription)
{
	LIST_DROP(subscriptions, subscription, next);
	quota_add(keeper, subscription->connection->charged, QUOTA_MONITORS, -1);
	subscription->connection->subscription = NULL;
	drop_waiting(subscription);
	request_drop(subscription->request);
	free(subscription);
}

static struct set *next_listed(struct keeper *keeper, const struct subscription *subscription,
			       uid_t owner, const char *name)
{
	struct set *set = registry_next_set(keeper->registry, owner, name);

	/* a set that is being made is not listed; it gets an event when it is ready */
	while (set && (set_is_network(set) || !set->announced ||
		       !sees(subscription, set->owner, set, NULL)))
		set = registry_next_set(keeper->registry, set->owner, set->name);
	return set;
}

static void answer_sets(struct keeper *keeper, struct subscription *subscription)
{
	static struct set_view view;
	bool begun = *subscription->listed_name;
	struct set *set = next_listed(keeper, subscription, subscription->listed_owner,
				      begun ? subscription->listed_name : NULL);
	size_t n = 0;

	request_begin(keeper, subscription->request, 0);
	while (set && n < PAGE_SETS) {
		view_set(keeper, set, false, &view);
		if (!wire_put_item(keeper->to_front, WIRE_ITEM_SET, &wire_set_layout, &view.wire) &&
		    n > 0)
			break;
		subscription->listed_owner = set->owner;
		memcpy(subscription->listed_name, set->name, sizeof(subscription->listed_name));
		set = next_listed(keeper, subscription, set->owner, set->name);
		n++;
	}
	subscription->listing = set != NULL;
	request_end(keeper, take_ptr(subscription->request));
}

static void answer_events(struct keeper *keeper, struct subscription *subscription)
{
	static struct wire_event event;

	request_begin(keeper, subscription->request, 0);
	while (subscription->n > 0) {
		struct news *news = subscription->waiting[subscription->first];

		if (wire_unpack(&wire_event_layout, news->packed, news->size, &event) == 0 &&
		    !wire_put_item(keeper->to_front, WIRE_ITEM_EVENT, &wire_event_layout, &event))
			break;
		subscription->first = (subscription->first + 1) % WAITING_MAX;
		subscription->n--;
		news_unref(news);
	}
	request_end(keeper, take_ptr(subscription->request));
}

/* Sends the next answer to the subscriber, if the front waits for one and there is something to
 * report. May free the subscription. */
static void pump(struct keeper *keeper, struct subscription *subscription)
{
	struct failure failure;

	if (!subscription->request)
		return;
	if (!subscription->listing && !subscription->lost && subscription->n == 0)
		return;
	/* answers that already wait for room in the front's channel come first */
	if (!request_has_room(subscription->request))
		return;
	if (subscription->lost) {
		struct log_fields fields = {.has_uid = true,
					    .uid = subscription->connection->subject.uid};

		log_by_user("monitors cut off", LOG_NOTICE, &fields,
			    "a monitor is too slow: it is cut off");
		failure_set(&failure, ERROR_EVENTS_LOST, 0, NULL, NULL);
		request_fail(keeper, take_ptr(subscription->request), &failure);
		subscription_free(keeper, subscription);
	} else if (subscription->listing) {
		answer_sets(keeper, subscription);
	} else {
		answer_events(keeper, subscription);
	}
}

void events_resume(struct keeper *keeper)
{
	struct subscription *next;

	for (struct subscription *at = subscriptions; at; at = next) {
		next = at->next;
		pump(keeper, at);
	}
}

static void on_news(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	events_resume(context);
}

/* --- subscribing --- */

/* Makes a subscription. Returns 0 or an error. A set that does not exist is no error: it may appear
 * later, and another user must not learn whether it exists. */
static int subscribe(struct keeper *keeper, struct client_connection *connection,
		     const struct wire_list *list, struct failure *failure)
{
	const struct authz_subject *subject = &connection->subject;
	const char *name = list->set;
	struct subscription *subscription;
	uid_t owner = subject->uid;
	int r = 0;

	if (name && !name_is_valid(name))
		return failure_set(failure, ERROR_INVALID_VALUE, 0, "set",
				   "is not a valid name of a set");
	if (name || list->has_owner || subject->scope == SCOPE_SET)
		r = authz_act_for(subject, list->has_owner, list->owner, "set", name ? name : "",
				  &owner, failure);
	if (r == 0)
		r = quota_take(keeper, connection->charged, QUOTA_MONITORS, failure);
	if (r)
		return r;
	if (!news_event)
		news_event = evtimer_new(keeper->loop, on_news, keeper);
	subscription = calloc(1, sizeof(*subscription));
	if (!subscription || !news_event) {
		quota_add(keeper, connection->charged, QUOTA_MONITORS, -1);
		free(subscription);
		return failure_from_errno(failure, -ENOMEM, "monitor");
	}
	subscription->connection = connection;
	snprintf(subscription->set, sizeof(subscription->set), "%s", name ? name : "");
	subscription->one_owner = name || list->has_owner || subject->scope == SCOPE_SET;
	subscription->all_owners = list->all_owners;
	subscription->owner = owner;
	subscription->listing = true;
	LIST_PUSH(subscriptions, subscription, next);
	connection->subscription = subscription;
	return 0;
}

int on_monitor(struct keeper *keeper, struct request *request, struct wire_list *asked,
	       struct failure *failure)
{
	struct client_connection *connection = request_connection(request);
	int r = 0;

	if (!connection->subscription)
		r = subscribe(keeper, connection, asked, failure);
	else if (connection->subscription->request)
		r = failure_set(failure, ERROR_BUSY, 0, "monitoring", "connection");
	if (r)
		return r;
	connection->subscription->request = request_keep(request);
	if (!connection->subscription->request) {
		subscription_free(keeper, connection->subscription);
		return failure_from_errno(failure, -ENOMEM, "monitor");
	}
	pump(keeper, connection->subscription);
	return 0;
}

void events_end(struct keeper *keeper, struct client_connection *connection)
{
	if (connection->subscription)
		subscription_free(keeper, connection->subscription);
}

void events_stop(void)
{
	free_event(news_event);
	news_event = NULL;
}

/* --- events --- */

void events_set(struct set *set, enum event_kind what, const char *key, const char *value)
{
	struct wire_event event = {.what = what, .owner = set->owner};
	bool network = set_is_network(set);

	if (!subscriptions)
		return;
	*(network ? &event.network : &event.set) = set_shown_name(set);
	if (network && what == EVENT_SET_CREATED)
		event.what = EVENT_NETWORK_CREATED;
	if (network && what == EVENT_SET_REMOVED)
		event.what = EVENT_NETWORK_REMOVED;
	if (key)
		event.details[event.n_details++] = (struct wire_detail){key, value};
	tell(&event, set, set, NULL);
}

void events_egress_denied(struct set *set, const struct wire_detail *details, size_t n)
{
	struct wire_event event = {
		.what = EVENT_EGRESS_DENIED, .owner = set->owner, .n_details = n};

	if (!subscriptions)
		return;
	*(set_is_network(set) ? &event.network : &event.set) = set_shown_name(set);
	memcpy(event.details, details, n * sizeof(*details));
	/* of (NULL): no list of sets shows refused packets, so the event is left out nowhere */
	tell(&event, NULL, set, NULL);
}

void events_set_created(const struct keeper *keeper, struct set *set)
{
	const char *parent = view_parent(keeper, set);

	set->announced = true;
	events_set(set, EVENT_SET_CREATED, parent ? "parent" : NULL, parent);
}

void events_set_removed(struct set *set)
{
	if (set->announced)
		events_set(set, EVENT_SET_REMOVED, NULL, NULL);
}

/* Writes the first words of the session's command, separated by spaces, as many as fit. */
static void join_words(const struct session *session, char *ret, size_t size)
{
	static struct wire_session wire;
	size_t used = 0;

	*ret = '\0';
	if (wire_unpack(&wire_session_layout, session->words, session->words_size, &wire) < 0)
		return;
	for (size_t i = 0; i < wire.n_words; i++) {
		const char *word = wire.words[i].text ? wire.words[i].text : "";
		size_t wanted = strlen(word) + (i > 0);

		/* adds whole words only: a cut could fall within a character */
		if (used + wanted >= size)
			return;
		used += snprintf(ret + used, size - used, "%s%s", i > 0 ? " " : "", word);
	}
}

void events_session(const struct session *session, enum event_kind what)
{
	struct wire_event event = {.what = what, .owner = session->owner, .session = session->id};
	const struct set *set = session->set;
	char number[16], words[DETAIL_VALUE_MAX + 1];

	if (!subscriptions || !set)
		return;
	event.set = set->name;
	if (what == EVENT_SESSION_STARTED) {
		join_words(session, words, sizeof(words));
		snprintf(number, sizeof(number), "%d", session->pid);
		event.details[event.n_details++] = (struct wire_detail){"pid", number};
		event.details[event.n_details++] =
			(struct wire_detail){"command", *words ? words : NULL};
	} else {
		snprintf(number, sizeof(number), "%u",
			 session->exited ? session->status : session->signal);
		event.details[event.n_details++] =
			(struct wire_detail){session->exited ? "exitStatus" : "signal", number};
	}
	tell(&event, set, set, NULL);
}

static const char *place_name(const struct set *set)
{
	return set ? set_shown_name(set) : "host";
}

/* Reports an event of a link. event.set is the first end that is a set, and event.network the first
 * that is a network. The details a and b name both ends, because both may be sets. */
static void tell_link(const struct link *link, enum event_kind what)
{
	struct wire_event event = {.what = what, .owner = link->owner, .link = link->name};

	if (!subscriptions)
		return;
	for (int i = 1; i >= 0; i--) {
		const struct set *end = link->ends[i];

		if (end && set_is_network(end))
			event.network = set_shown_name(end);
		else if (end)
			event.set = end->name;
	}
	event.details[event.n_details++] = (struct wire_detail){"a", place_name(link->ends[0])};
	event.details[event.n_details++] = (struct wire_detail){"b", place_name(link->ends[1])};
	tell(&event, NULL, link->ends[0], link->ends[1]);
}

void events_link_added(struct link *link)
{
	link->announced = true;
	tell_link(link, EVENT_LINK_ADDED);
}

void events_link_removed(struct link *link)
{
	if (link->announced)
		tell_link(link, EVENT_LINK_REMOVED);
}
