/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>
#include "daemon/front/call.h"
#include "daemon/front/lane.h"
#include "daemon/front/metrics.h"
#include "daemon/front/reply.h"
#include "daemon/wire/message.h"

/* Number of calls of one connection that are answered before others have their turn. */
#define CALLS_AT_ONCE 32

static void connection_free(struct connection *connection)
{
	struct front *front = connection->front;

	LIST_DROP(front->connections, connection, next);
	if (connection->event)
		event_free(connection->event);
	if (connection->call_waits)
		message_call_done(&connection->call);
	receiver_done(&connection->receiver);
	sender_done(&connection->sender);
	json_decref(connection->list_parameters);
	free(connection->reason);
	close_fd(connection->socket_fd);
	free(connection);
}

/* Closes the socket. The keeper has a copy, and closes that safely only if no descriptor of the
 * client is left in the queue. So this empties the queue. The client sees the end at once. */
static void close_socket(struct connection *connection)
{
	if (connection->socket_fd < 0)
		return;
	shutdown(connection->socket_fd, SHUT_RDWR);
	wire_discard(connection->socket_fd);
	connection->socket_fd = close_fd(connection->socket_fd);
}

/* Ends a connection and tells the keeper, which ends everything that depends on it. If the pipe is
 * full, keeps the connection until the keeper can be told. */
static void hang_up(struct connection *connection)
{
	struct front *front = connection->front;

	if (connection->event)
		event_free(connection->event);
	connection->event = NULL;
	close_socket(connection);
	wire_begin(&front->writer, WIRE_CLOSED, 0, 0, connection->number);
	if (front_send(front) == -EAGAIN)
		front->stalled = true;
	else
		connection_free(connection);
}

static bool pipe_is_full(struct front *front)
{
	struct pollfd poll_fd = {.fd = REQUESTS_FD, .events = POLLOUT};

	if (front->outbox.end == 0 && poll(&poll_fd, 1, 0) == 1 && poll_fd.revents & POLLOUT)
		return false;
	front->stalled = true;
	event_add(front->writable, NULL);
	return true;
}

static int begin_call(struct connection *connection)
{
	bool fine = call_begin(connection, &connection->call);

	connection->call_waits = false;
	message_call_done(&connection->call);
	receiver_next(&connection->receiver);
	return fine ? 0 : TRANSPORT_BROKEN;
}

/* Reads one call, unless one waits for a lane, and begins to answer it. Returns 0 or
 * TRANSPORT_AGAIN; any other value means that the connection must be closed. */
static int take_call(struct connection *connection)
{
	int r;

	if (!connection->call_waits) {
		r = receiver_read(&connection->receiver, connection->socket_fd);
		if (r != 0)
			return r;
		r = message_parse_call(connection->receiver.frame.data,
				       connection->receiver.frame.used, &connection->call);
		if (r != 0)
			return TRANSPORT_BROKEN;
	}
	connection->call_waits = call_needs_lane(connection) && !lane_is_free(connection->front);
	return connection->call_waits ? TRANSPORT_AGAIN : begin_call(connection);
}

/* Returns false if the connection must be closed. */
static bool ask_for_page(struct connection *connection)
{
	connection->page_wanted = false;
	connection->list.after_name = *connection->list_name ? connection->list_name : NULL;
	return call_send(connection, connection->list_method, &connection->list);
}

static bool is_closed(const struct connection *connection)
{
	struct pollfd poll_fd = {.fd = connection->socket_fd};

	return poll(&poll_fd, 1, 0) == 1 && poll_fd.revents & (POLLHUP | POLLERR);
}

/* Sends replies and takes calls, as far as that is possible now. Frees the connection if it has
 * ended. */
static void pump(struct connection *connection)
{
	for (int i = 0; i < CALLS_AT_ONCE; i++) {
		int r = sender_flush(&connection->sender, connection->socket_fd);

		if (r == TRANSPORT_AGAIN)
			return;
		if (r != 0) {
			hang_up(connection);
			return;
		}
		if (pipe_is_full(connection->front))
			return;
		if (connection->page_wanted) {
			if (!ask_for_page(connection))
				hang_up(connection);
			return;
		}
		if (connection->exchange.state != EXCHANGE_IDLE) {
			if (is_closed(connection))
				hang_up(connection);
			return;
		}
		if (connection->front->stopping && !connection->call_waits) {
			hang_up(connection);
			return;
		}
		r = take_call(connection);
		if (r == TRANSPORT_AGAIN) {
			if (connection->call_waits && is_closed(connection))
				hang_up(connection);
			return;
		}
		if (r != 0) {
			/* sends pending replies as far as they fit, such as an error before the
			 * end */
			(void)sender_flush(&connection->sender, connection->socket_fd);
			hang_up(connection);
			return;
		}
	}
	event_active(connection->event, EV_READ, 0);
}

/* Goes on with a connection, or closes it unless all is fine. */
static void go_on(struct connection *connection, bool fine)
{
	if (fine)
		pump(connection);
	else
		hang_up(connection);
}

static void on_event(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	pump(context);
}

/* --- messages of the keeper --- */

int connection_new(struct front *front, uint32_t number, int socket_fd, uint32_t scope,
		   const char *reason)
{
	struct connection *connection = calloc(1, sizeof(*connection));

	if (!connection) {
		close_fd(socket_fd);
		wire_begin(&front->writer, WIRE_CLOSED, 0, 0, number);
		(void)front_send(front);
		return -ENOMEM;
	}
	connection->front = front;
	connection->number = number;
	connection->socket_fd = socket_fd;
	connection->scope = scope;
	connection->reason = reason ? strdup(reason) : NULL;
	receiver_init(&connection->receiver, FRAME_SIZE_MAX);
	sender_init(&connection->sender);
	LIST_PUSH(front->connections, connection, next);
	if (socket_fd < 0) {
		hang_up(connection);
		return -EMFILE;
	}
	/* edge-triggered: otherwise a half-closed socket would be reported again and again */
	connection->event = event_new(front->loop, socket_fd,
				      EV_READ | EV_WRITE | EV_CLOSED | EV_ET | EV_PERSIST, on_event,
				      connection);
	if (!connection->event || event_add(connection->event, NULL) < 0) {
		hang_up(connection);
		return -ENOMEM;
	}
	pump(connection);
	return 0;
}

/* Returns true if another page follows the one in front->message. It begins after *ret_cursor. The
 * answers to Monitor never end. */
static bool has_next_page(struct connection *connection, struct wire_list *ret_cursor)
{
	if (connection->list_method->op != WIRE_MONITOR)
		return page_follows(&connection->front->message, ret_cursor);
	wire_clear(&wire_list_layout, ret_cursor);
	return true;
}

static json_t *page_json(struct connection *connection)
{
	const struct method *method = connection->list_method;
	struct wire_message *message = &connection->front->message;

	return method->op == WIRE_MONITOR ? encode_monitor(method->reply, message)
					  : encode_page(method->reply, &connection->list, message);
}

/* Has pump() ask for the page after cursor. */
static void want_page(struct connection *connection, const struct wire_list *cursor)
{
	connection->list.after_owner = cursor->after_owner;
	snprintf(connection->list_name, sizeof(connection->list_name), "%s",
		 cursor->after_name ? cursor->after_name : "");
	connection->page_wanted = true;
}

/* Sends metrics of the daemon, after which those of sets are wanted, or of a page of sets. */
static bool answer_metrics(struct connection *connection)
{
	struct wire_message *message = &connection->front->message;
	struct wire_list cursor = {0};
	bool more = true;
	json_t *list;

	if (connection->method == &metrics_of_daemon) {
		list = metrics_daemon(message);
		metrics_ask_for_sets(&connection->list);
		connection->list_method = &metrics_of_sets;
		connection->listed = 0;
	} else {
		list = metrics_sets(message, &cursor, &more, &connection->listed);
	}
	if (more)
		want_page(connection, &cursor);
	return call_reply_each(connection, list, more);
}

/* If the client has read all earlier pages, asks for the wanted one now: the keeper makes it while
 * this one is encoded. Returns false if the connection must be closed. */
static bool ask_early(struct connection *connection)
{
	return !connection->page_wanted || connection->sender.first ||
	       pipe_is_full(connection->front) || ask_for_page(connection);
}

static void answer_page(struct connection *connection)
{
	struct wire_list cursor;
	bool more = has_next_page(connection, &cursor), fine;

	if (more && !connection->more) {
		fine = call_refuse(connection, ERROR_EXPECTED_MORE, NULL, NULL);
	} else {
		if (more)
			want_page(connection, &cursor);
		fine = ask_early(connection) &&
		       call_reply(connection, NULL, page_json(connection), more, NULL);
	}
	go_on(connection, fine);
}

/* Returns the connection whose request front->message answers, or NULL if that connection has
 * ended. */
static struct connection *find_asker(const struct front *front)
{
	const struct nlmsghdr *header = front->message.header;
	struct connection *connection =
		LIST_FIND(front->connections, at, next, at->number == header->nlmsg_pid);

	if (!connection || !connection->method || connection->request != header->nlmsg_seq ||
	    !connection->event)
		return NULL;
	return connection;
}

static void answer_lost(struct front *front)
{
	struct connection *connection = find_asker(front);
	struct failure failure;

	if (!connection)
		return;
	failure_from_errno(&failure, -EMFILE, "receive the descriptors of the answer");
	go_on(connection, call_fail(connection, &failure));
}

/* Reads the failure in a message with WIRE_FAILURE. */
static void read_failure(struct wire_message *message, struct failure *ret)
{
	struct wire_failure wire;

	if (wire_decode(message, &wire_failure_layout, &wire) < 0 || !wire.error)
		failure_from_errno(ret, -EBADMSG, "decode the keeper's answer");
	else
		failure_set(ret, wire.error, wire.number, wire.subject, wire.text ? "%s" : NULL,
			    wire.text);
}

static void answer(struct front *front)
{
	const struct nlmsghdr *header = front->message.header;
	struct reply_fds fds = {.n = 0};
	struct connection *connection = find_asker(front);
	struct failure failure;
	bool fine;

	if (!connection)
		return;
	if (header->nlmsg_flags & WIRE_SENT) {
		call_sent(connection);
		fine = true;
	} else if (header->nlmsg_flags & WIRE_FAILURE) {
		read_failure(&front->message, &failure);
		fine = call_fail(connection, &failure);
	} else if (connection->method == &metrics_of_daemon ||
		   connection->method == &metrics_of_sets) {
		fine = answer_metrics(connection);
	} else if (connection->method->layout == &wire_list_layout) {
		answer_page(connection);
		return;
	} else {
		const struct method *method = connection->method;
		json_t *parameters = method->encode
					     ? method->encode(&front->message)
					     : encode_reply(method->reply, &front->message, &fds);

		fine = call_reply(connection, NULL, parameters,
				  header->nlmsg_flags & WIRE_CONTINUES, &fds);
	}
	go_on(connection, fine);
}

/* Returns the connection that has waited longest for a lane, or NULL. The list begins with new
 * connections. */
static struct connection *first_waiting(const struct front *front)
{
	struct connection *found = NULL;

	for (struct connection *at = front->connections; at; at = at->next)
		if (at->call_waits)
			found = at;
	return found;
}

/* Continues the connections that wait for a lane, as long as one is free. A call that could not be
 * sent keeps waiting, and ends the loop. */
static void resume_waiting(struct front *front)
{
	const struct connection *last = NULL;
	struct connection *waiting = first_waiting(front);

	while (waiting && waiting != last && lane_is_free(front)) {
		pump(waiting);
		last = waiting;
		waiting = first_waiting(front);
	}
}

void connection_answer(struct front *front, bool lost)
{
	const struct nlmsghdr *header = front->message.header;
	bool has_lane = lane_release(front, header->nlmsg_pid, header->nlmsg_seq);

	if (lost)
		answer_lost(front);
	else
		answer(front);
	if (has_lane)
		resume_waiting(front);
}

void connection_refuse_waiting(struct front *front, bool lost)
{
	struct connection *waiting;

	if (lost)
		failure_from_errno(&front->no_lane, -EMFILE, "receive a lane for descriptors");
	else
		read_failure(&front->message, &front->no_lane);
	/* without a lane the call fails, so the client gets an answer */
	while ((waiting = first_waiting(front)))
		go_on(waiting, begin_call(waiting) == 0);
}

void connection_resume_all(struct front *front)
{
	struct connection *connection = front->connections, *next;

	front->stalled = false;
	for (; connection && !front->stalled; connection = next) {
		next = connection->next;
		go_on(connection, connection->event);
	}
	connection_settle(front);
}

/* Returns true if any connection may still send a request, or must still be reported as closed. */
static bool any_asks(const struct front *front)
{
	for (const struct connection *at = front->connections; at; at = at->next)
		if (!at->event || at->call_waits || at->page_wanted ||
		    (at->method &&
		     (at->method->layout == &wire_list_layout || at->method == &metrics_of_daemon)))
			return true;
	return false;
}

void connection_settle(struct front *front)
{
	if (!front->stopping || front->stopped || any_asks(front))
		return;
	wire_begin(&front->writer, WIRE_STOPPED, 0, 0, 0);
	front->stopped = front_send(front) == 0;
}

/* Takes the calls that have come. Whatever a client sends from now on fails, so that the client
 * knows that it was not read. */
static void take_last_calls(struct front *front)
{
	struct connection *next;

	for (struct connection *at = front->connections; at; at = next) {
		next = at->next;
		if (!at->event)
			continue;
		shutdown(at->socket_fd, SHUT_RD);
		pump(at);
	}
}

void connection_stop_all(struct front *front)
{
	struct connection *next;

	take_last_calls(front);
	front->stopping = true;
	for (struct connection *at = front->connections; at; at = next) {
		next = at->next;
		/* a subscription does not end by itself */
		if (at->event && at->method && at->method->op == WIRE_MONITOR)
			hang_up(at);
		else if (at->event)
			pump(at);
	}
	connection_settle(front);
}

void connection_free_all(struct front *front)
{
	while (front->connections)
		connection_free(front->connections);
}
