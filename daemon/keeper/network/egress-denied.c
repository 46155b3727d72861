/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <string.h>
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log-limit.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/network/egress-denied.h"
#include "daemon/keeper/network/egress-firewall.h"
#include "daemon/keeper/network/egress-refused.h"
#include "daemon/keeper/network/egress-told.h"
#include "daemon/keeper/network/egress.h"
#include "daemon/keeper/network/link-plan.h"
#include "daemon/keeper/policy/user-name.h"
#include "daemon/keeper/request/events.h"
#include "daemon/keeper/workers/operation.h"
#include "daemon/kernel/nflog.h"

#define READ_SECONDS 20
/* A reading this long after a message finds all packets for which the list has sent no message of
 * their own. */
#define SETTLE_MICROSECONDS UINT64_C(1100000)
/* Pause between two readings for a user. */
#define REST_MICROSECONDS UINT64_C(50000)
/* Destinations that one reading tells of. The next one tells of others. */
#define DESTINATIONS_AT_ONCE 32
/* Events about a user's sets. What is beyond is told of later. The limit of the log is the same. */
#define EVENTS_PER_MINUTE 200
/* Time until the next reading after nothing could be told. */
#define DELAY_MICROSECONDS UINT64_C(10000000)

/* A set or network whose list has refused packets. */
struct egress_denied {
	struct egress_denied *next; /* of the same user */
	struct set *set;
	/* CLOCK_BOOTTIME, microseconds: the last message; when it is to be read, 0: never */
	uint64_t heard, due;
	bool unread; /* there may be packets that were not told of */
	uint64_t generation;
	struct told told; /* in the table of this generation */
};

/* A user with such sets. */
struct reader {
	struct reader *next;
	uid_t uid;
	struct egress_denied *first;
	struct event *timer;
	uint64_t rests_until;
	bool busy; /* the set with this id is being read */
	char id[ID_SIZE];
	uint64_t sent, generation; /* when, and of which table */
	struct egress_waiter waiter;
};

/* State of this file. */
static struct {
	struct keeper *keeper;
	int fd;
	struct event *readable;
	struct reader *first;
	uint64_t generation; /* of the firewall's table */
	struct log_limit limit;
} state = {.fd = -1};

/* --- telling --- */

/* Returns true if there may be an event about a set of this user. */
static bool admits(uid_t uid)
{
	const uint64_t now = clock_boottime();
	struct log_count over;

	while (log_limit_take(&state.limit, now, &over))
		;
	return log_limit_admits(&state.limit, now, uid, "egress", EVENTS_PER_MINUTE);
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static void tell_destination(struct set *set, const struct task_refusal *refusal)
{
	struct egress_refused_text text;
	struct wire_refused refused;
	char count[24], port[16] = "", where[96];
	const struct log_fields fields = {
		.has_uid = true, .uid = set->owner, .set = set_shown_name(set)};
	bool six = refusal->family == AF_INET6 && refusal->port;

	egress_view_refusal(refusal, &text, &refused);
	snprintf(count, sizeof(count), "%" PRIu64, refused.packets);
	if (refused.port)
		snprintf(port, sizeof(port), "%u", refused.port);
	snprintf(where, sizeof(where), "%s%s%s%s%s/%s", six ? "[" : "", refused.address,
		 six ? "]" : "", refused.port ? ":" : "", port, refused.protocol);
	events_egress_denied(set,
			     (const struct wire_detail[]){{"address", refused.address},
							  {"protocol", refused.protocol},
							  {"count", count},
							  {"port", port}},
			     refused.port ? 4 : 3);
	log_by_user("egress denied", LOG_INFO, &fields, "%s %s of %s was refused %s (%s packet%s)",
		    set_what(set), fields.set, user_name(set->owner).text, where, count,
		    plural(refused.packets));
}

void egress_denied_name(struct set *set, const char *name, uint64_t questions)
{
	const struct log_fields fields = {
		.has_uid = true, .uid = set->owner, .set = set_shown_name(set)};
	char count[24];

	snprintf(count, sizeof(count), "%" PRIu64, questions);
	if (admits(set->owner))
		events_egress_denied(
			set, (const struct wire_detail[]){{"name", name}, {"count", count}}, 2);
	log_by_user("egress denied", LOG_INFO, &fields,
		    "%s %s of %s was refused the name %s (%s question%s)", set_what(set),
		    fields.set, user_name(set->owner).text, name, count, plural(questions));
}

/* Tells of destinations, at most so many. Returns true if none is left. */
static bool tell(struct set *set, const struct task_refusals *refusals, size_t most)
{
	static struct task_refusal news[TOLD_MAX];
	struct egress_denied *denied = set->denied;
	size_t n, i;

	if (denied->generation != state.generation)
		told_clear(&denied->told);
	denied->generation = state.generation;
	n = told_compare(&denied->told, refusals, news);
	for (i = 0; i < MIN(n, most) && admits(set->owner); i++) {
		tell_destination(set, &news[i]);
		told_add(&denied->told, &news[i]);
	}
	denied->due = clock_boottime() + (i > 0 ? SETTLE_MICROSECONDS : DELAY_MICROSECONDS);
	return i == n;
}

void egress_denied_tell(struct set *set, const struct task_refusals *refusals)
{
	if (set->denied)
		(void)tell(set, refusals, TOLD_MAX);
}

/* --- reading --- */

static void begin(struct reader *reader, const struct set *set);

/* Begins the next reading for a user, now or when it is due. */
static void go_on(struct reader *reader)
{
	const struct egress_denied *next = NULL;
	uint64_t now = clock_boottime(), at;
	struct timeval wait;

	for (const struct egress_denied *denied = reader->first; denied; denied = denied->next)
		if (denied->due && denied->set->state != SET_REMOVING &&
		    (!next || denied->due < next->due))
			next = denied;
	if (reader->busy || !next)
		return;
	at = MAX(next->due, reader->rests_until);
	if (at <= now) {
		begin(reader, next->set);
		return;
	}
	wait = (struct timeval){(time_t)((at - now) / 1000000), (at - now) % 1000000};
	evtimer_add(reader->timer, &wait);
}

static void on_timer(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	go_on(context);
}

static void reader_free(struct reader *reader)
{
	for (struct reader **at = &state.first; *at; at = &(*at)->next)
		if (*at == reader) {
			*at = reader->next;
			break;
		}
	event_free(reader->timer);
	free(reader);
}

static void end(struct reader *reader)
{
	reader->busy = false;
	reader->rests_until = clock_boottime() + REST_MICROSECONDS;
	if (reader->first)
		go_on(reader);
	else
		reader_free(reader);
}

static struct set *find_set(const struct reader *reader)
{
	struct set *set = registry_find_set_id(state.keeper->registry, reader->id);

	/* while it is removed, the worker that does this reads */
	return set && set->denied && set->state != SET_REMOVING ? set : NULL;
}

static void on_refused(struct operation *operation, const struct task_refusals *refusals)
{
	const struct reader *reader = operation->context;
	struct set *set = find_set(reader);
	bool all;

	/* the table may have been made anew before or after this was read */
	if (!set || reader->generation != state.generation)
		return;
	all = tell(set, refusals, DESTINATIONS_AT_ONCE);
	set->denied->unread = !all || set->denied->heard + SETTLE_MICROSECONDS > reader->sent;
	if (!set->denied->unread)
		set->denied->due = 0;
	else if (all)
		set->denied->due = set->denied->heard + SETTLE_MICROSECONDS;
}

static void on_read(struct operation *operation, const struct task_report *report _unused_)
{
	end(operation->context);
}

static const struct link *way_of(const struct set *set)
{
	const struct link *link = set->links;

	while (link && !link->egress)
		link = link_next(link, set);
	return link;
}

static int send_reading(struct reader *reader, const struct set *set)
{
	static struct link_plan_task planned;
	static struct task_relist task;
	const struct link *way = way_of(set);
	struct operation *operation;
	int r = way ? link_plan_task(way, NULL, &planned) : -ENOENT;

	if (r < 0)
		return r;
	wire_clear(&task_relist_layout, &task);
	egress_firewall_fill(state.keeper, &task.firewall);
	task.link = planned.task;
	r = operation_new(state.keeper, set->owner, TURN_MAKE, READ_SECONDS, &operation);
	if (r < 0)
		return r;
	operation->context = reader;
	operation->refused = on_refused;
	operation->done = on_read;
	return operation_send(operation, TASK_RELIST, &task);
}

static void on_settled(void *context)
{
	struct reader *reader = context;
	const struct set *set = find_set(reader);

	reader->sent = clock_boottime();
	reader->generation = state.generation;
	if (!set || send_reading(reader, set) < 0)
		end(reader);
}

/* What fails is tried again later. */
static void begin(struct reader *reader, const struct set *set)
{
	reader->busy = true;
	memcpy(reader->id, set->id, sizeof(reader->id));
	set->denied->due = clock_boottime() + DELAY_MICROSECONDS;
	reader->waiter.settled = on_settled;
	reader->waiter.context = reader;
	egress_settle(&reader->waiter);
}

/* --- messages --- */

static struct reader *find_reader(uid_t uid)
{
	struct reader *reader = state.first;

	while (reader && reader->uid != uid)
		reader = reader->next;
	if (reader)
		return reader;
	reader = calloc(1, sizeof(*reader));
	if (!reader)
		return NULL;
	reader->timer = evtimer_new(state.keeper->loop, on_timer, reader);
	if (!reader->timer) {
		free(reader);
		return NULL;
	}
	reader->uid = uid;
	reader->next = state.first;
	state.first = reader;
	return reader;
}

static struct egress_denied *new_denied(struct reader *reader, struct set *set)
{
	struct egress_denied *denied = calloc(1, sizeof(*denied));

	if (!denied)
		return NULL;
	denied->set = set;
	denied->generation = state.generation;
	denied->next = reader->first;
	reader->first = denied;
	set->denied = denied;
	return denied;
}

/* The prefix of a message is the id of a way. */
static void hear(const char *prefix, void *context _unused_)
{
	const struct link *link = registry_find_link_id(state.keeper->registry, prefix);
	struct set *set = link && link->egress ? link->ends[0] : NULL;
	struct reader *reader = set ? find_reader(set->owner) : NULL;

	if (!reader || (!set->denied && !new_denied(reader, set)))
		return;
	set->denied->heard = clock_boottime();
	set->denied->unread = true;
	if (!set->denied->due)
		set->denied->due = set->denied->heard + SETTLE_MICROSECONDS;
	go_on(reader);
}

static void on_readable(evutil_socket_t fd, short what _unused_, void *context _unused_)
{
	nflog_read(fd, hear, NULL);
}

bool egress_denied_unread(struct set *set)
{
	/* a command may have ended because it was refused something just now */
	if (state.fd >= 0)
		nflog_read(state.fd, hear, NULL);
	return set->denied && set->denied->unread;
}

/* --- the module --- */

void egress_denied_flushed(void)
{
	state.generation++;
}

void egress_denied_listen(struct keeper *keeper)
{
	uint16_t group = 0;

	state.keeper = keeper;
	state.fd = nflog_open(keeper->table, &group);
	state.readable = state.fd < 0 ? NULL
				      : event_new(keeper->loop, state.fd, EV_READ | EV_PERSIST,
						  on_readable, NULL);
	if (state.readable && event_add(state.readable, NULL) == 0)
		keeper->log_group = group;
	else
		log_notice("packets that lists refuse are counted, but not told of: no group of "
			   "nfnetlink_log: %s",
			   strerror(state.fd < 0 ? -state.fd : ENOMEM));
}

void egress_denied_forget(struct set *set)
{
	struct egress_denied *denied = take_ptr(set->denied);
	struct reader *reader = denied ? find_reader(set->owner) : NULL;

	if (!reader)
		return;
	for (struct egress_denied **at = &reader->first; *at; at = &(*at)->next)
		if (*at == denied) {
			*at = denied->next;
			break;
		}
	told_clear(&denied->told);
	free(denied);
	if (!reader->first && !reader->busy)
		reader_free(reader);
}

void egress_denied_stop(void)
{
	while (state.first) {
		state.first->busy = false;
		if (state.first->first)
			egress_denied_forget(state.first->first->set);
		else
			reader_free(state.first);
	}
	if (state.readable)
		event_free(take_ptr(state.readable));
	state.fd = close_fd(state.fd);
}
