/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/policy/config.h"
#include "daemon/keeper/request/connection.h"
#include "daemon/keeper/request/front-state.h"
#include "daemon/keeper/request/refused-connections.h"
#include "daemon/keeper/request/request.h"
#include "daemon/keeper/workers/ending.h"
#include "daemon/keeper/workers/operation.h"

/* A front without connections is kept this long. */
#define IDLE_SECONDS 30
#define IDLE_MAX 64
/* Fronts of one uid, which may have many identities, by groups. */
#define FRONTS_MAX_OF_UID 16
/* Memory to parse the largest call; memory for slow clients is added to it. */
#define FRONT_MEMORY (UINT64_C(64) * 1024 * 1024)
/* Messages of one front in a pass of the loop. Some take longer the more processes a set has: a
 * front that has used MICROSECONDS_AT_ONCE of processor time rests RESTS times as long. */
#define MESSAGES_AT_ONCE 16
#define MICROSECONDS_AT_ONCE 500
#define RESTS 3
/* A working front reads its messages within this time. */
#define LIFE_SECONDS 20

/* --- ending a front; its channel --- */

/* Not at once, because the caller may still be using the front. */
void front_close_soon(struct front_process *front)
{
	static const struct timeval now = {};

	front->closing = true;
	event_del(front->readable);
	event_del(front->writable);
	event_del(front->again);
	evtimer_add(front->idle, &now);
}

static void expect_life(struct front_process *front)
{
	static const struct timeval time = {.tv_sec = LIFE_SECONDS};

	if (evtimer_pending(front->life, NULL))
		return;
	front->heard = false;
	evtimer_add(front->life, &time);
}

/*
 * Ends a front that neither reads its messages nor sends any: it hangs closing a file on a file
 * system that does not answer, or its user has stopped it. Another front takes its place.
 */
static void on_life(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct front_process *front = context;
	int unread = 0;

	if (front->closing || ioctl(front->channel_fd, SIOCOUTQ, &unread) < 0 || unread == 0)
		return;
	if (front->heard) {
		expect_life(front);
		return;
	}
	log_by_user("fronts ended", LOG_WARNING,
		    &(struct log_fields){.has_uid = true, .uid = front->identity.uid},
		    "a front hangs: it is ended");
	front_close_soon(front);
}

/* Sends the message in keeper->to_front, now or when the channel has room. Returns 0 or -errno. */
static int tell(struct front_process *front)
{
	int r = wire_queue_send(&front->outgoing, &front->keeper->to_front, front->channel_fd);

	expect_life(front);
	if (!wire_queue_is_empty(&front->outgoing))
		event_add(front->writable, NULL);
	return r;
}

void front_say(struct front_process *front)
{
	int r = tell(front);

	/* if the front has died, its pipe says so as well */
	if (r == 0 || r == -EPIPE || r == -ENOTCONN || r == -ECONNRESET)
		return;
	log_by_user("fronts ended", LOG_WARNING,
		    &(struct log_fields){.has_uid = true, .uid = front->identity.uid, .error = -r},
		    "a front does not take its answers: it is ended");
	front_close_soon(front);
}

bool front_has_room(const struct front_process *front)
{
	struct pollfd poll_fd = {.fd = front->channel_fd, .events = POLLOUT};

	return wire_queue_is_empty(&front->outgoing) && poll(&poll_fd, 1, 0) == 1 &&
	       poll_fd.revents & POLLOUT;
}

/* --- connections --- */

/* Drops requests of the connection that only wait for an answer. */
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
		/* dropping it may have led to the answer of others */
		at = front->requests;
	}
}

static void drop_connection(struct front_process *front, struct client_connection *connection)
{
	for (struct client_connection **at = &front->connections; *at; at = &(*at)->next)
		if (*at == connection) {
			*at = connection->next;
			break;
		}
	drop_requests(front, connection->number);
	front->keeper->upcalls->connection_gone(front->keeper, connection);
	connection_free(front->keeper, connection);
}

/* Limits the idle fronts of a user with many identities, by groups or by ids of a user namespace.
 * Of the idle fronts, the one that was started first is ended. */
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

/*
 * Handles the requests that have been read already, and do not make the pipe readable, a little
 * later. A timer is used because an event made active would run again in the same pass, for as long
 * as requests arrive, and all others would wait.
 */
static void take_rest_later(struct front_process *front)
{
	static const struct timeval now = {};

	if (!front->closing && wire_inbox_has_message(&front->inbox))
		evtimer_add(front->again, &now);
}

/* Leaves the keeper's processor time to the others for a while. */
static void rest(struct front_process *front, uint64_t spent)
{
	const struct timeval time = {RESTS * spent / 1000000, RESTS * spent % 1000000};

	if (front->closing)
		return;
	event_del(front->readable);
	evtimer_add(front->again, &time);
}

static void on_readable(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct front_process *front = context;
	struct wire_message *message = &front->keeper->from_front;
	uint64_t start = clock_processor(), spent = 0;

	for (int i = 0; i < MESSAGES_AT_ONCE && spent < MICROSECONDS_AT_ONCE && !front->closing;
	     i++, spent = clock_processor() - start) {
		int r;

		if (!front_has_room(front)) {
			event_del(front->readable);
			event_add(front->writable, NULL);
			return;
		}
		r = wire_inbox_receive(&front->inbox, front->requests_fd, message);
		if (r == -EAGAIN)
			break;
		front->heard = true;
		if (r > 0)
			r = front->keeper->upcalls->message(front, message) < 0 ? -EBADMSG : 1;
		if (r > 0)
			continue;
		front->closing = r < 0;
		if (r < 0)
			log_by_user("fronts ended", LOG_WARNING,
				    &(struct log_fields){.has_uid = true,
							 .uid = front->identity.uid,
							 .error = -r},
				    "a front breaks the rules: it is ended");
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

	event_add(front->readable, NULL);
	on_readable(fd, what, front);
}

static void on_writable(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct front_process *front = context;

	if (wire_queue_flush(&front->outgoing, front->channel_fd) == -EAGAIN) {
		event_add(front->writable, NULL);
		return;
	}
	if (!evtimer_pending(front->again, NULL)) {
		event_add(front->readable, NULL);
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

/* Detaches requests whose work goes on from the front. */
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

/* Tells the client of a front that ended before it said anything that nothing was begun. */
static void refuse_connection(struct front_process *front, struct client_connection *connection)
{
	struct failure failure;

	failure_from_errno(&failure, -EAGAIN, "start a front for the connection");
	refused_add(front->keeper, take_fd(&connection->socket_fd), connection->charged, &failure);
}

void front_free(struct front_process *front)
{
	struct keeper *keeper = front->keeper;

	for (struct front_process **at = &keeper->fronts; *at; at = &(*at)->next)
		if (*at == front) {
			*at = front->next;
			break;
		}
	orphan_requests(front);
	while (front->connections) {
		if (!front->heard)
			refuse_connection(front, front->connections);
		drop_connection(front, front->connections);
	}
	if (front->readable)
		event_free(front->readable);
	if (front->writable)
		event_free(front->writable);
	if (front->again)
		event_free(front->again);
	if (front->idle)
		event_free(front->idle);
	if (front->life)
		event_free(front->life);
	lanes_free(&front->lanes);
	wire_queue_done(&front->outgoing);
	/* it ends by itself now, unless it hangs closing a client's descriptor */
	if (front->number)
		ending_add(keeper, front->number, -1, front->identity.uid, front->closing);
	close_fd(front->channel_fd);
	close_fd(front->requests_fd);
	wire_inbox_done(&front->inbox);
	free(front);
}

/* Starts the front: a worker becomes it, and takes its user's identity before it runs any of the
 * front's code. */
static int start(struct front_process *front, int channel_fd, int requests_fd)
{
	static struct task_front task;
	struct keeper *keeper = front->keeper;
	const struct peer_identity *identity = &front->identity;
	bool nobody = identity->uid == 0 || front->shared;

	wire_clear(&task_front_layout, &task);
	task.channel_fd = channel_fd;
	task.requests_fd = requests_fd;
	task.profile = identity->profile;
	task.memory = FRONT_MEMORY + keeper->config->limits.buffered;
	/* root's front does not run as root, and a front for many peers has no user's rights */
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
	front->life = evtimer_new(loop, on_life, front);
	return front->readable && front->writable && front->again && front->idle && front->life &&
			       event_add(front->readable, NULL) == 0
		       ? 0
		       : -ENOMEM;
}

static int front_new(struct keeper *keeper, const struct peer_identity *identity, bool shared,
		     struct front_process **ret)
{
	struct front_process *front = calloc(1, sizeof(*front));
	int ends[2] = {-1, -1}, r;

	if (!front)
		return -ENOMEM;
	front->keeper = keeper;
	front->identity = *identity;
	front->shared = shared;
	front->channel_fd = front->requests_fd = -1;
	front->lanes = (struct lanes){
		.keeper = keeper, .front = front, .uid = identity->uid, .say = front_say};
	front->next = keeper->fronts;
	keeper->fronts = front;
	r = wire_inbox_init(&front->inbox);
	if (r == 0)
		r = front_make_channels(front, ends);
	if (r == 0)
		r = watch(front);
	if (r == 0)
		r = start(front, ends[0], ends[1]);
	close_fd(ends[0]);
	close_fd(ends[1]);
	if (r < 0)
		front_free(front);
	else
		*ret = front;
	return r;
}

static bool is_of(const struct front_process *front, bool any, uid_t uid)
{
	return !front->closing && (any || front->identity.uid == uid);
}

/*
 * Makes room for one more front within the limit, which is uid's or (any) that of all users
 * together: ends the front without connections that was started first. Returns true if there is
 * room. A user may have many fronts, by groups.
 */
static bool make_room(struct keeper *keeper, bool any, uid_t uid, size_t limit)
{
	struct front_process *idle = NULL;
	size_t n = any ? 0 : ending_count(keeper, uid);

	for (struct front_process *at = keeper->fronts; at; at = at->next)
		if (is_of(at, any, uid)) {
			n++;
			if (!at->connections)
				idle = at;
		}
	if (n < limit)
		return true;
	if (idle)
		front_free(idle);
	return idle;
}

static int limit_fronts(struct keeper *keeper, uid_t uid, struct failure *failure)
{
	uint32_t of_all = keeper->config->limits.fronts;

	if (uid == 0)
		return 0;
	if (!make_room(keeper, false, uid, FRONTS_MAX_OF_UID))
		return failure_set(failure, ERROR_LIMIT_EXCEEDED, FRONTS_MAX_OF_UID, "fronts",
				   NULL);
	if (!make_room(keeper, true, uid, of_all))
		return failure_set(failure, ERROR_LIMIT_EXCEEDED, of_all, "fronts", NULL);
	return 0;
}

/* Fills in the identity that the connection's front serves: the peer's, or a common one for all
 * peers of the same user that the same label and profile confine. */
static void fill_identity(const struct client_connection *connection, struct peer_identity *ret)
{
	*ret = connection->peer.identity;
	if (!connection->shared)
		return;
	ret->uid = ret->gid = connection->charged;
	ret->n_groups = 0;
}

int front_find(struct keeper *keeper, const struct client_connection *connection,
	       struct front_process **ret, struct failure *failure)
{
	struct peer_identity identity;
	int r;

	fill_identity(connection, &identity);
	for (struct front_process *at = keeper->fronts; at; at = at->next)
		if (!at->closing && at->shared == connection->shared &&
		    peer_identity_compare(&at->identity, &identity) == 0) {
			*ret = at;
			return 0;
		}
	r = limit_fronts(keeper, identity.uid, failure);
	if (r)
		return r;
	r = front_new(keeper, &identity, connection->shared, ret);
	return r < 0 ? failure_from_errno(failure, r, "start a front") : 0;
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

	wire_begin(&keeper->to_front, WIRE_CONNECTION, 0, 0, connection->number);
	wire_put(&keeper->to_front, &wire_connection_layout, &wire);
	r = tell(front);
	if (r < 0)
		return r;
	connection->socket_fd = socket_fd;
	evtimer_del(front->idle);
	connection->front = front;
	connection->next = front->connections;
	front->connections = connection;
	return 0;
}

/* --- the planned end --- */

void fronts_stop(struct keeper *keeper)
{
	for (struct front_process *at = keeper->fronts; at; at = at->next) {
		wire_begin(&keeper->to_front, WIRE_STOP, 0, 0, 0);
		/* otherwise the front is stuck and is not waited for */
		at->stopped = tell(at) < 0;
	}
}
