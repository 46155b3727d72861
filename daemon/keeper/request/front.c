/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/policy/config.h"
#include "daemon/keeper/request/front-state.h"
#include "daemon/keeper/request/refused-connections.h"
#include "daemon/keeper/request/request.h"
#include "daemon/keeper/workers/ending.h"
#include "daemon/keeper/workers/operation.h"

/* A front without connections is kept for IDLE_SECONDS. At most IDLE_MAX such fronts are kept. */
#define IDLE_SECONDS 30
#define IDLE_MAX 64
/* Maximum time that the ending keeper waits for the end of its fronts. */
#define END_MICROSECONDS 2000000
/* Bytes of memory that a front needs to parse the largest call. start() adds limits.buffered, the
 * memory for slow clients. */
#define FRONT_MEMORY (UINT64_C(64) * 1024 * 1024)
/*
 * One pass of the loop handles at most MESSAGES_AT_ONCE messages of a front. Some messages take
 * longer the more sets and sessions a user has. So when the messages of a front have taken
 * MICROSECONDS_AT_ONCE of processor time, the front rests: RESTS times as long as the messages have
 * taken, or longer if its user has other busy fronts. See rest().
 */
#define MESSAGES_AT_ONCE 16
#define MICROSECONDS_AT_ONCE 500
#define RESTS 3

static struct wire_writer to_front;
static struct wire_message from_front;

/* --- connections --- */

/* Calls gone() of the connection's requests, because the connection has ended. Requests without a
 * gone() go on. */
static void drop_requests(struct front_process *front, uint32_t connection)
{
	struct request *at = front->requests;

	while (at) {
		void (*gone)(struct keeper * keeper, struct request * request) = at->gone;

		if (at->connection != connection || !gone) {
			at = at->next;
			continue;
		}
		at->gone = NULL;
		gone(front->keeper, at);
		/* gone() may have freed other requests, so start again */
		at = front->requests;
	}
}

static void drop_connection(struct front_process *front, struct client_connection *connection)
{
	LIST_DROP(front->connections, connection, next);
	drop_requests(front, connection->number);
	front->keeper->upcalls->connection_gone(front->keeper, connection);
	connection_free(front->keeper, connection);
}

/* If there are more than IDLE_MAX fronts without connections, ends the oldest of these. A user may
 * have many identities, by groups or by the ids of a user namespace. */
static void limit_idle(struct keeper *keeper)
{
	struct front_process *oldest = NULL;
	size_t n = 0;

	for (struct front_process *at = keeper->fronts; at; at = at->next)
		if (!at->connections && !at->closing) {
			oldest = at;
			n++;
		}
	if (n > IDLE_MAX)
		front_close_soon(oldest);
}

static void start_idling(struct front_process *front)
{
	static const struct timeval time = {.tv_sec = IDLE_SECONDS};

	if (front->connections || front->closing)
		return;
	evtimer_add(front->idle, &time);
	limit_idle(front->keeper);
}

void front_drop_connection(struct front_process *front, struct client_connection *connection)
{
	drop_connection(front, connection);
	start_idling(front);
}

/* --- messages --- */

/* Lets on_again() handle requests that are in the inbox already. The pipe need not become readable
 * for these. A timer is used, because an event that is made active runs again in the same pass of
 * the loop: if requests kept coming, no other event would ever run. */
static void take_rest_later(struct front_process *front)
{
	static const struct timeval now = {};

	if (!front->closing && wire_inbox_has_message(&front->inbox))
		evtimer_add(front->again, &now);
}

/* Returns the number of busy fronts of this front's user. This front is one. Another is busy if it
 * has connections, or if on_again() is scheduled for it, as for a front that rests. A user can have
 * several fronts, because processes of one user can have different groups. */
static size_t count_busy(const struct front_process *front)
{
	size_t n = 1;

	for (const struct front_process *at = front->keeper->fronts; at; at = at->next)
		n += at != front && at->identity.uid == front->identity.uid &&
		     (at->connections || evtimer_pending(at->again, NULL));
	return n;
}

/* Handles no requests of this front for a while, so that other fronts get the keeper's processor
 * time. spent: microseconds that its messages have just taken. The rest is so long that all busy
 * fronts of a user together get about 1/(RESTS + 1) of the time. */
static void rest(struct front_process *front, uint64_t spent)
{
	const struct timeval time = clock_span(((RESTS + 1) * count_busy(front) - 1) * spent);

	if (front->closing)
		return;
	event_del(front->readable);
	evtimer_add(front->again, &time);
}

static void on_readable(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct front_process *front = context;
	uint64_t start = clock_processor(), spent = 0;

	for (int i = 0; i < MESSAGES_AT_ONCE && spent < MICROSECONDS_AT_ONCE && !front->closing;
	     i++, spent = clock_processor() - start) {
		int r;

		if (!front_has_room(front)) {
			event_del(front->readable);
			front_watch(front, front->writable);
			return;
		}
		r = wire_inbox_receive(&front->inbox, front->requests_fd, &from_front);
		if (r == -EAGAIN)
			break;
		front->heard = true;
		if (r > 0)
			r = front->keeper->upcalls->message(front, &from_front) < 0 ? -EBADMSG : 1;
		if (r > 0)
			continue;
		front->closing = r < 0;
		if (r < 0)
			front_log_end(front, -r, "breaks the rules");
		front_free(front);
		return;
	}
	if (spent < MICROSECONDS_AT_ONCE)
		take_rest_later(front);
	else
		rest(front, spent);
}

static void on_again(evutil_socket_t fd, short what, void *context)
{
	struct front_process *front = context;

	if (wire_queue_flush(&front->outgoing, front->channel_fd) == -EAGAIN)
		front_watch(front, front->writable);
	front_watch(front, front->readable);
	on_readable(fd, what, front);
}

static void on_writable(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct front_process *front = context;

	if (wire_queue_flush(&front->outgoing, front->channel_fd) == -EAGAIN) {
		front_watch(front, front->writable);
		return;
	}
	if (!evtimer_pending(front->again, NULL)) {
		front_watch(front, front->readable);
		take_rest_later(front);
	}
	front->keeper->upcalls->front_writable(front->keeper);
}

static void on_idle(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct front_process *front = context;

	if (!front->connections || front->closing)
		front_free(front);
}

/* --- fronts --- */

/* Separates the requests from the front, which is about to be freed, and calls their gone(). */
static void orphan_requests(struct front_process *front)
{
	while (front->requests) {
		struct request *request = front->requests;

		front->requests = request->next;
		request->front = NULL;
		request->lanes = NULL;
		request->next = NULL;
		if (request->gone)
			request->gone(front->keeper, request);
	}
}

/* Refuses a connection that has not sent a request, and whose front has ended and was not heard
 * (front->heard). Usually that front has never started, and the client may try again. */
static void refuse_connection(struct front_process *front, struct client_connection *connection)
{
	struct failure failure;

	failure_from_errno(&failure, -EAGAIN, "start a front for the connection");
	refused_add(front->keeper, take_fd(&connection->socket_fd), connection->charged, &failure);
}

void front_free(struct front_process *front)
{
	struct keeper *keeper = front->keeper;

	LIST_DROP(keeper->fronts, front, next);
	orphan_requests(front);
	while (front->connections) {
		if (!front->heard && !front->connections->has_asked)
			refuse_connection(front, front->connections);
		drop_connection(front, front->connections);
	}
	free_event(front->readable);
	free_event(front->writable);
	free_event(front->again);
	free_event(front->idle);
	free_event(front->life);
	lanes_free(&front->lanes);
	wire_queue_done(&front->outgoing);
	/* The front ends when its channels are closed. But it may hang while it closes a client's
	 * descriptor, so it counts until it has ended. */
	if (front->number)
		ending_add(keeper, front->number, -1, front->identity.uid, front->closing);
	close_fd(front->channel_fd);
	close_fd(front->requests_fd);
	wire_inbox_done(&front->inbox);
	free(front);
}

/* Starts the front's process: a worker takes the identity, and then becomes
 * nsctld-front. Returns 0 or -errno. */
static int start(struct front_process *front, const struct channels *ends)
{
	static struct task_front task;
	struct keeper *keeper = front->keeper;
	const struct peer_identity *identity = &front->identity;
	bool nobody = identity->uid == 0 || front->shared;

	wire_clear(&task_front_layout, &task);
	task.channel_fd = ends->socket_fd;
	task.requests_fd = ends->pipe_fd;
	task.profile = identity->profile;
	task.memory = FRONT_MEMORY + keeper->config->limits.buffered;
	/* root's fronts and shared fronts run with an account of their own, without rights */
	task.identity.uid = nobody ? keeper->config->front_uid : identity->uid;
	task.identity.gid = nobody ? keeper->config->front_gid : identity->gid;
	for (size_t i = 0; !nobody && i < identity->n_groups; i++)
		task.identity.groups[task.identity.n_groups++].id = identity->groups[i];
	return operation_start_front(keeper, &task, &front->number);
}

static int watch(struct front_process *front)
{
	struct event_base *loop = front->keeper->loop;

	front->readable =
		event_new(loop, front->requests_fd, EV_READ | EV_PERSIST, on_readable, front);
	front->writable = event_new(loop, front->channel_fd, EV_WRITE, on_writable, front);
	front->again = evtimer_new(loop, on_again, front);
	front->idle = evtimer_new(loop, on_idle, front);
	return front->readable && front->writable && front->again && front->idle &&
			       event_add(front->readable, NULL) == 0
		       ? 0
		       : -ENOMEM;
}

int front_new(struct keeper *keeper, const struct peer_identity *identity, bool shared,
	      struct front_process **ret)
{
	struct front_process *front = calloc(1, sizeof(*front));
	struct channels ends = {-1, -1};
	int r;

	if (!front)
		return -ENOMEM;
	front->keeper = keeper;
	front->identity = *identity;
	front->shared = shared;
	front->channel_fd = front->requests_fd = -1;
	front->lanes = (struct lanes){
		.keeper = keeper, .front = front, .uid = identity->uid, .say = front_say};
	LIST_PUSH(keeper->fronts, front, next);
	r = wire_inbox_init(&front->inbox);
	if (r == 0)
		r = front_make_channels(front, &ends);
	if (r == 0)
		r = watch(front);
	if (r == 0)
		r = start(front, &ends);
	channels_close(&ends);
	if (r < 0)
		front_free(front);
	else
		*ret = front;
	return r;
}

int front_add(struct front_process *front, struct client_connection *connection, int socket_fd,
	      const char *reason)
{
	struct keeper *keeper = front->keeper;
	struct wire_connection wire = {
		.socket_fd = socket_fd,
		.scope = connection->subject.scope,
		.reason = reason,
	};
	int r;

	wire_begin(keeper->to_front, WIRE_CONNECTION, 0, 0, connection->number);
	wire_put(keeper->to_front, &wire_connection_layout, &wire);
	r = front_tell(front);
	if (r < 0)
		return r;
	connection->socket_fd = socket_fd;
	evtimer_del(front->idle);
	connection->front = front;
	LIST_PUSH(front->connections, connection, next);
	return 0;
}

/* --- beginning and end --- */

int fronts_begin(struct keeper *keeper)
{
	keeper->to_front = &to_front;
	return wire_writer_init(&to_front, WIRE_SIZE_MAX) < 0
		       ? -ENOMEM
		       : wire_message_init_stream(&from_front);
}

void fronts_free(struct keeper *keeper)
{
	while (keeper->fronts)
		front_free(keeper->fronts);
	wire_writer_done(&to_front);
	wire_message_done(&from_front);
}

void fronts_stop(struct keeper *keeper)
{
	for (struct front_process *at = keeper->fronts; at; at = at->next) {
		wire_begin(keeper->to_front, WIRE_STOP, 0, 0, 0);
		/* nsctld does not wait for a front that cannot take this message: it has ended, or
		 * is stuck */
		at->stopped = front_tell(at) < 0;
	}
}

void fronts_await_end(const struct keeper *keeper)
{
	const uint64_t deadline = clock_boottime() + END_MICROSECONDS;

	for (const struct front_process *at = keeper->fronts; at; at = at->next)
		(void)shutdown(at->channel_fd, SHUT_WR);
	for (const struct front_process *at = keeper->fronts; at; at = at->next) {
		/* when the front ends, its end of the pipe is closed, and poll() returns */
		struct pollfd pipe = {.fd = at->requests_fd};
		uint64_t now = clock_boottime();

		if (now < deadline)
			(void)poll(&pipe, 1, (int)((deadline - now) / 1000) + 1);
	}
}
