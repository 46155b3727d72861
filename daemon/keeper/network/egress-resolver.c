/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/channels.h"
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/network/egress-resolver.h"
#include "daemon/keeper/policy/config.h"
#include "daemon/keeper/workers/ending.h"
#include "daemon/keeper/workers/operation.h"
#include "daemon/wire/message.h"
#include "daemon/wire/queue.h"
#include "daemon/wire/stream.h"

/* A call of on_readable() handles at most MESSAGES_AT_ONCE messages of a resolver. It ends earlier
 * when it has taken MICROSECONDS_AT_ONCE of processor time. In this case, no messages of this
 * resolver are read for RESTS times the time that the call has taken. */
#define MESSAGES_AT_ONCE 16
#define MICROSECONDS_AT_ONCE 500
#define RESTS 3
/* A resolver that has unread messages after this time, and has sent none within it, is ended: see
 * on_life(). */
#define LIFE_SECONDS 20

struct egress_resolver {
	struct egress_resolver *next;
	struct keeper *keeper;
	const struct egress_resolver_calls *calls;
	uid_t uid;
	uint32_t id;	 /* each resolver has another one */
	uint32_t number; /* number of the worker process that became this resolver, for
			  * ending_add(); 0: none yet */
	struct channels channels;
	struct wire_inbox inbox;
	struct wire_queue outgoing;
	struct event *readable, *writable;
	struct event *again; /* timer that calls on_again(), to read further messages: after a rest
			      * (RESTS), or because messages may be left in the inbox */
	struct event *life;  /* pending while the resolver may have unread messages: see
			      * on_life() */
	bool heard;	     /* the resolver has sent a message since the timer `life` was
			      * started */
	struct event *lost;  /* pending: on_lost() is going to end the resolver */
	size_t n_asked;	     /* number of the resolver's requests for which
			      * egress_resolver_answered() was not called yet */
};

/* first: the resolvers that run. last_id: the id of the last one that was started. writer and
 * message are used for all resolvers. */
static struct {
	struct egress_resolver *first;
	uint32_t last_id;
	bool ready; /* writer and message are allocated */
	struct wire_writer writer;
	struct wire_message message;
} state;

static struct egress_resolver *find(uid_t uid)
{
	return LIST_FIND(state.first, at, next, at->uid == uid);
}

static struct egress_resolver *find_id(uint32_t id)
{
	return LIST_FIND(state.first, at, next, at->id == id);
}

bool egress_resolver_runs(uid_t uid)
{
	return find(uid);
}

/* --- the end --- */

static void resolver_free(struct egress_resolver *resolver)
{
	struct event *const events[] = {resolver->readable, resolver->writable, resolver->again,
					resolver->life, resolver->lost};

	LIST_DROP(state.first, resolver, next);
	for (size_t i = 0; i < ARRAY_SIZE(events); i++)
		free_event(events[i]);
	wire_queue_done(&resolver->outgoing);
	wire_inbox_done(&resolver->inbox);
	channels_close(&resolver->channels);
	if (resolver->number)
		ending_add(resolver->keeper, resolver->number, -1, resolver->uid, true);
	free(resolver);
}

void egress_resolver_end(uid_t uid)
{
	struct egress_resolver *resolver = find(uid);

	if (resolver)
		resolver_free(resolver);
}

void egress_resolver_stop(void)
{
	while (state.first) {
		/* 0: resolver_free() does not call ending_add(), because the keeper itself ends.
		 * The resolver ends by itself when its channels close */
		state.first->number = 0;
		resolver_free(state.first);
	}
	if (!state.ready)
		return;
	wire_writer_done(&state.writer);
	wire_message_done(&state.message);
	state.ready = false;
}

static void on_lost(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct egress_resolver *resolver = context;
	struct keeper *keeper = resolver->keeper;
	const struct egress_resolver_calls *calls = resolver->calls;
	uid_t uid = resolver->uid;

	resolver_free(resolver);
	calls->lost(keeper, uid);
}

/* Logs the end of the resolver, and ends it in a later callback, because the caller may still be
 * using it. why: the reason for the log, such as "hangs"; NULL: the resolver has ended by
 * itself. */
static void lose(struct egress_resolver *resolver, const char *why)
{
	static const struct timeval now = {};

	if (evtimer_pending(resolver->lost, NULL))
		return;
	log_by_user("resolvers ended", LOG_WARNING,
		    &(struct log_fields){.has_uid = true, .uid = resolver->uid},
		    why ? "a resolver %s: it is ended, and another one is started"
			: "a resolver has ended%s: another one is started",
		    why ? why : "");
	event_del(resolver->readable);
	event_del(resolver->writable);
	event_del(resolver->again);
	evtimer_add(resolver->lost, &now);
}

/* --- from the resolver --- */

/* Handles the next message of the resolver. Returns false if there is none, or if the resolver is
 * going to be ended. */
static bool take_message(struct egress_resolver *resolver)
{
	int r = wire_inbox_receive(&resolver->inbox, resolver->channels.pipe_fd, &state.message);

	if (r == -EAGAIN)
		return false;
	if (r == 0) {
		lose(resolver, NULL);
		return false;
	}
	resolver->heard = true;
	if (r > 0)
		r = resolver->calls->message(resolver->keeper, resolver->uid, resolver->id,
					     &state.message);
	if (r < 0)
		lose(resolver, r == -EBADMSG ? "breaks the rules" : "is not understood");
	else
		resolver->n_asked += (size_t)r;
	return r >= 0;
}

/* Starts the timer that calls on_again() after this time, to read further messages. Does nothing if
 * the timer is pending already, or if the resolver is going to be ended. */
static void go_on_in(struct egress_resolver *resolver, uint64_t microseconds)
{
	const struct timeval time = clock_span(microseconds);

	if (!evtimer_pending(resolver->lost, NULL) && !evtimer_pending(resolver->again, NULL))
		evtimer_add(resolver->again, &time);
}

static void on_readable(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct egress_resolver *resolver = context;
	uint64_t start = clock_processor(), spent = 0, rest;

	for (int i = 0; i < MESSAGES_AT_ONCE && spent < MICROSECONDS_AT_ONCE;
	     i++, spent = clock_processor() - start) {
		/* egress_resolver_answered() starts reading again */
		if (resolver->n_asked >= RESOLVER_REQUESTS_MAX) {
			event_del(resolver->readable);
			return;
		}
		if (!take_message(resolver))
			return;
	}
	rest = spent < MICROSECONDS_AT_ONCE ? 0 : RESTS * spent;
	if (rest > 0)
		event_del(resolver->readable);
	/* even without a rest, the timer must call on_again(): messages that are in the inbox
	 * already do not make the pipe readable */
	go_on_in(resolver, rest);
}

static void on_again(evutil_socket_t fd, short what, void *context)
{
	struct egress_resolver *resolver = context;

	event_add(resolver->readable, NULL);
	on_readable(fd, what, resolver);
}

/* --- to the resolver --- */

static void expect_life(struct egress_resolver *resolver)
{
	static const struct timeval time = {.tv_sec = LIFE_SECONDS};

	if (evtimer_pending(resolver->life, NULL))
		return;
	resolver->heard = false;
	evtimer_add(resolver->life, &time);
}

/* Is called LIFE_SECONDS after expect_life() has started the timer. Ends the resolver if it has
 * unread messages, and has sent none in this time. Unread messages hold descriptors open (sockets
 * and lists for the resolver), which would accumulate otherwise. */
static void on_life(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct egress_resolver *resolver = context;

	if (!channels_are_unread(resolver->channels.socket_fd))
		return;
	if (resolver->heard)
		expect_life(resolver);
	else
		lose(resolver, "hangs");
}

/* Is called after messages were sent. r: 0, also if messages are left in the queue; or -errno. If
 * messages are left, waits until the socket has room for them. Ends the resolver after an error,
 * except for the errors of a resolver that has ended already: its pipe is closed then, too, and
 * on_readable() notices that. */
static void go_on_sending(struct egress_resolver *resolver, int r)
{
	if (!wire_queue_is_empty(&resolver->outgoing))
		event_add(resolver->writable, NULL);
	if (r < 0 && r != -EPIPE && r != -ENOTCONN && r != -ECONNRESET)
		lose(resolver, "does not take its messages");
}

static void on_writable(evutil_socket_t fd, short what _unused_, void *context)
{
	struct egress_resolver *resolver = context;
	int r = wire_queue_flush(&resolver->outgoing, fd);

	go_on_sending(resolver, r == -EAGAIN ? 0 : r);
}

/* Sends the message in state.writer to the resolver, or queues it. */
static void tell(struct egress_resolver *resolver)
{
	int r = wire_queue_send(&resolver->outgoing, &state.writer, resolver->channels.socket_fd);

	expect_life(resolver);
	go_on_sending(resolver, r);
}

void egress_resolver_tell(uid_t uid, enum resolver_type type, const struct wire_layout *layout,
			  const void *value)
{
	struct egress_resolver *resolver = find(uid);

	if (!resolver)
		return;
	wire_begin(&state.writer, type, 0, 0, 0);
	wire_put(&state.writer, layout, value);
	tell(resolver);
}

void egress_resolver_answer(uint32_t id, uint32_t request, uint64_t refused)
{
	const struct wire_resolver_allowed wire = {refused};
	struct egress_resolver *resolver = find_id(id);

	if (!resolver)
		return;
	wire_begin(&state.writer, RESOLVER_ALLOWED, 0, request, 0);
	wire_put(&state.writer, &wire_resolver_allowed_layout, &wire);
	tell(resolver);
}

void egress_resolver_answered(uint32_t id)
{
	struct egress_resolver *resolver = find_id(id);

	if (!resolver)
		return;
	resolver->n_asked--;
	go_on_in(resolver, 0);
}

/* --- the start --- */

static int start(struct egress_resolver *resolver, const struct channels *ends)
{
	static struct task_answer task;
	struct keeper *keeper = resolver->keeper;

	wire_clear(&task_answer_layout, &task);
	task.identity.uid = keeper->config->front_uid;
	task.identity.gid = keeper->config->front_gid;
	task.channel_fd = ends->socket_fd;
	task.requests_fd = ends->pipe_fd;
	return operation_start_resolver(keeper, resolver->uid, &task, &resolver->number);
}

static int watch(struct egress_resolver *resolver)
{
	struct event_base *loop = resolver->keeper->loop;
	const struct channels *ours = &resolver->channels;

	resolver->readable =
		event_new(loop, ours->pipe_fd, EV_READ | EV_PERSIST, on_readable, resolver);
	resolver->writable = event_new(loop, ours->socket_fd, EV_WRITE, on_writable, resolver);
	resolver->again = evtimer_new(loop, on_again, resolver);
	resolver->life = evtimer_new(loop, on_life, resolver);
	resolver->lost = evtimer_new(loop, on_lost, resolver);
	return resolver->readable && resolver->writable && resolver->again && resolver->life &&
			       resolver->lost && event_add(resolver->readable, NULL) == 0
		       ? 0
		       : -ENOMEM;
}

static int make_buffers(void)
{
	if (!state.ready && wire_writer_init(&state.writer, WIRE_SIZE_MAX) == 0) {
		state.ready = wire_message_init_stream(&state.message) == 0;
		if (!state.ready)
			wire_writer_done(&state.writer);
	}
	return state.ready ? 0 : -ENOMEM;
}

static struct egress_resolver *new_resolver(struct keeper *keeper, uid_t uid,
					    const struct egress_resolver_calls *calls)
{
	struct egress_resolver *resolver = calloc(1, sizeof(*resolver));

	if (!resolver)
		return NULL;
	resolver->keeper = keeper;
	resolver->uid = uid;
	resolver->calls = calls;
	resolver->channels = (struct channels){-1, -1};
	resolver->id = ++state.last_id;
	LIST_PUSH(state.first, resolver, next);
	return resolver;
}

int egress_resolver_start(struct keeper *keeper, uid_t uid,
			  const struct egress_resolver_calls *calls)
{
	struct channels ends = {-1, -1};
	struct egress_resolver *resolver;
	int r = make_buffers();

	if (r < 0)
		return r;
	resolver = new_resolver(keeper, uid, calls);
	if (!resolver)
		return -ENOMEM;
	r = wire_inbox_init(&resolver->inbox);
	if (r == 0)
		r = channels_make(0, &resolver->channels, &ends);
	if (r == 0)
		r = watch(resolver);
	if (r == 0)
		r = start(resolver, &ends);
	channels_close(&ends);
	if (r < 0)
		resolver_free(resolver);
	return r;
}
