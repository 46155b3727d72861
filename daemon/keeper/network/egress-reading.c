/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/network/egress-denied.h"
#include "daemon/keeper/network/egress-firewall.h"
#include "daemon/keeper/network/egress-reading.h"
#include "daemon/keeper/network/egress.h"
#include "daemon/keeper/workers/operation.h"
#include "daemon/kernel/nflog.h"

#define READ_SECONDS 20
/* Time from the message about refused packets (egress-reading.h) to the reading of the list's
 * counters. A list sends at most one message a second. Its further packets in this second have no
 * message, but are counted by then. */
#define SETTLE_MICROSECONDS UINT64_C(1100000)
/* Minimum pause between two readings for one user. */
#define REST_MICROSECONDS UINT64_C(50000)
/* Time from the start of a reading to the next one of the same list, if the first one has failed or
 * is not valid (see on_refused()), or if the user has had too many events to report anything. */
#define DELAY_MICROSECONDS UINT64_C(10000000)
/* Maximum number of destinations that are reported after one reading of a list. The next reading
 * reports further ones. */
#define DESTINATIONS_AT_ONCE 32

/* A set or network whose list of egress has refused packets. */
struct egress_reading {
	struct egress_reading *next; /* of the same user */
	struct set *set;
	/* CLOCK_BOOTTIME in microseconds. heard: when the last message came that the list has
	 * refused packets. due: when the list's counters are to be read; 0: not before the next
	 * message */
	uint64_t heard, due;
	bool unread;	  /* there may be refused packets that were not reported */
	struct told told; /* up to 8 KiB */
};

/* A user with at least one struct egress_reading, or with a reading in progress. The counters of
 * one list are read at a time, and the next reading begins after rests_until (CLOCK_BOOTTIME,
 * microseconds). */
struct reader {
	struct reader *next;
	uid_t uid;
	struct egress_reading *first;
	struct event *timer;
	uint64_t rests_until;
	bool busy; /* a reading for the set `id` is in progress */
	char id[ID_SIZE];
	/* of the reading in progress: when its task was sent (CLOCK_BOOTTIME in microseconds), and
	 * the value of egress_denied_generation() then */
	uint64_t sent, generation;
	struct egress_waiter waiter;
};

/* fd, readable: the socket for messages about refused packets. first: list of the users. */
static struct {
	struct keeper *keeper;
	int fd;
	struct event *readable;
	struct reader *first;
} state = {.fd = -1};

/* --- reading --- */

static void begin(struct reader *reader, const struct set *set);

/* Begins the user's next reading if it is due, else starts the timer for it. Does nothing while a
 * reading is in progress, or if no list is to be read. */
static void go_on(struct reader *reader)
{
	const struct egress_reading *next = NULL;
	uint64_t now = clock_boottime(), at;
	struct timeval wait;

	for (const struct egress_reading *reading = reader->first; reading; reading = reading->next)
		if (reading->due && reading->set->state != SET_REMOVING &&
		    (!next || reading->due < next->due))
			next = reading;
	if (reader->busy || !next)
		return;
	at = MAX(next->due, reader->rests_until);
	if (at <= now) {
		begin(reader, next->set);
		return;
	}
	wait = clock_span(at - now);
	evtimer_add(reader->timer, &wait);
}

static void on_timer(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	go_on(context);
}

static void reader_free(struct reader *reader)
{
	LIST_DROP(state.first, reader, next);
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

	/* the counters of a set that is being removed are read by the worker that removes it */
	return set && set->egress.reading && set->state != SET_REMOVING ? set : NULL;
}

static void on_refused(struct operation *operation, const struct task_refusals *refusals)
{
	const struct reader *reader = operation->context;
	struct set *set = find_set(reader);
	struct egress_reading *reading = set ? set->egress.reading : NULL;
	size_t told, left;

	/* if the firewall's table was made anew meanwhile, the counters may be those of the old
	 * table or of the new one, so they are not used */
	if (!reading || reader->generation != egress_denied_generation())
		return;
	told = egress_denied_tell(set, &reading->told, refusals, DESTINATIONS_AT_ONCE, &left);
	reading->unread = left > 0 || reading->heard + SETTLE_MICROSECONDS > reader->sent;
	if (!reading->unread)
		reading->due = 0;
	else if (told > 0 || left == 0)
		reading->due = reader->sent + SETTLE_MICROSECONDS;
}

static void on_read(struct operation *operation, const struct task_report *report _unused_)
{
	end(operation->context);
}

static int send_reading(struct reader *reader, const struct set *set)
{
	static struct link_plan_task planned;
	static struct task_relist task;
	const struct link *way = egress_way(set);
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
	reader->generation = egress_denied_generation();
	if (!set || send_reading(reader, set) < 0)
		end(reader);
}

/* Begins to read the counters of a set's list: on_settled() sends the task when no restoration of
 * the firewall's table is in progress. If the reading fails, go_on() tries again after
 * DELAY_MICROSECONDS. */
static void begin(struct reader *reader, const struct set *set)
{
	reader->busy = true;
	memcpy(reader->id, set->id, sizeof(reader->id));
	set->egress.reading->due = clock_boottime() + DELAY_MICROSECONDS;
	reader->waiter.settled = on_settled;
	reader->waiter.context = reader;
	egress_settle(&reader->waiter);
}

/* --- messages --- */

static struct reader *find_reader(uid_t uid)
{
	struct reader *reader = LIST_FIND(state.first, at, next, at->uid == uid);

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
	LIST_PUSH(state.first, reader, next);
	return reader;
}

static struct egress_reading *new_reading(struct reader *reader, struct set *set)
{
	struct egress_reading *reading = calloc(1, sizeof(*reading));

	if (!reading)
		return NULL;
	reading->set = set;
	LIST_PUSH(reader->first, reading, next);
	set->egress.reading = reading;
	return reading;
}

/* Callback of nflog_read(): notes that a list has refused packets. prefix: the text in the message
 * that the firewall's rule has put there: the id of the link that is the way out. Ignores other
 * texts. */
static void hear(const char *prefix, void *context _unused_)
{
	const struct link *link = registry_find_link_id(state.keeper->registry, prefix);
	struct set *set = link && link->egress ? link->ends[0] : NULL;
	struct reader *reader = set ? find_reader(set->owner) : NULL;

	if (!reader || (!set->egress.reading && !new_reading(reader, set)))
		return;
	set->egress.reading->heard = clock_boottime();
	set->egress.reading->unread = true;
	if (!set->egress.reading->due)
		set->egress.reading->due = set->egress.reading->heard + SETTLE_MICROSECONDS;
	/* the timer calls go_on() in a later callback, because the caller may be in the middle of
	 * filling in a task (egress_reading_unread()) */
	event_active(reader->timer, EV_TIMEOUT, 0);
}

static void on_readable(evutil_socket_t fd, short what _unused_, void *context _unused_)
{
	nflog_read(fd, hear, NULL);
}

bool egress_reading_unread(struct set *set)
{
	/* read messages that are still in the socket: a list may have refused packets just now,
	 * perhaps the last ones of a command whose end ends the set */
	if (state.fd >= 0)
		nflog_read(state.fd, hear, NULL);
	return set->egress.reading && set->egress.reading->unread;
}

void egress_reading_last(struct set *set, const struct task_refusals *refusals)
{
	size_t left;

	if (set->egress.reading)
		(void)egress_denied_tell(set, &set->egress.reading->told, refusals, TOLD_MAX,
					 &left);
}

/* --- the module --- */

void egress_reading_listen(struct keeper *keeper)
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

void egress_reading_forget(struct set *set)
{
	struct egress_reading *reading = take_ptr(set->egress.reading);
	struct reader *reader = reading ? find_reader(set->owner) : NULL;

	if (!reader)
		return;
	LIST_DROP(reader->first, reading, next);
	told_clear(&reading->told);
	free(reading);
	if (!reader->first && !reader->busy)
		reader_free(reader);
}

void egress_reading_stop(void)
{
	while (state.first) {
		state.first->busy = false;
		if (state.first->first)
			egress_reading_forget(state.first->first->set);
		else
			reader_free(state.first);
	}
	state.readable = free_event(state.readable);
	state.fd = close_fd(state.fd);
}
