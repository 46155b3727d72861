/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>
#include <string.h>
#include "daemon/front/connection-part.h"

/* Calls that are answered in one go before others get their turn. */
#define CALLS_AT_ONCE 32

static void connection_free(struct connection *connection)
{
	struct front *front = connection->front;

	for (struct connection **at = &front->connections; *at; at = &(*at)->next)
		if (*at == connection) {
			*at = connection->next;
			break;
		}
	if (connection->event)
		event_free(connection->event);
	receiver_done(&connection->receiver);
	sender_done(&connection->sender);
	json_decref(connection->list_parameters);
	free(connection->reason);
	close_fd(connection->socket_fd);
	free(connection);
}

/* Gone: the keeper ends what hangs on it. When the channel is full it is told later. */
static void hang_up(struct connection *connection)
{
	struct front *front = connection->front;

	wire_begin(&front->writer, WIRE_CLOSED, 0, 0, connection->number);
	if (wire_send(&front->writer, CHANNEL_FD) == -EAGAIN) {
		/* kept, deaf, until the channel takes it */
		front->stalled = true;
		event_add(front->writable, NULL);
		if (connection->event)
			event_free(connection->event);
		connection->event = NULL;
		connection->socket_fd = close_fd(connection->socket_fd);
		return;
	}
	connection_free(connection);
}

static bool channel_is_full(struct front *front)
{
	struct pollfd poll_fd = {.fd = CHANNEL_FD, .events = POLLOUT};

	if (poll(&poll_fd, 1, 0) == 1 && poll_fd.revents & POLLOUT)
		return false;
	front->stalled = true;
	event_add(front->writable, NULL);
	return true;
}

/* Reads one call and begins to answer it: 0, TRANSPORT_AGAIN, or anything else: close. */
static int take_call(struct connection *connection)
{
	struct message_call call;
	int r = receiver_read(&connection->receiver, connection->socket_fd);
	bool fine;

	if (r != 0)
		return r;
	r = message_parse_call(connection->receiver.frame.data, connection->receiver.frame.used,
			       &call);
	if (r != 0)
		return TRANSPORT_BROKEN;
	fine = call_begin(connection, &call);
	message_call_done(&call);
	receiver_next(&connection->receiver);
	return fine ? 0 : TRANSPORT_BROKEN;
}

static void ask_for_page(struct connection *connection)
{
	connection->page_wanted = false;
	connection->list.after_name = *connection->list_name ? connection->list_name : NULL;
	if (!call_send(connection, connection->list_method, &connection->list))
		hang_up(connection);
}

static bool is_closed(const struct connection *connection)
{
	struct pollfd poll_fd = {.fd = connection->socket_fd};

	return poll(&poll_fd, 1, 0) == 1 && poll_fd.revents & (POLLHUP | POLLERR);
}

/* Everything that can be done now; frees the connection when it is over. */
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
		if (channel_is_full(connection->front))
			return;
		if (connection->page_wanted) {
			ask_for_page(connection);
			return;
		}
		if (connection->exchange.state != EXCHANGE_IDLE) {
			if (is_closed(connection))
				hang_up(connection);
			return;
		}
		if (connection->front->stopping) {
			hang_up(connection);
			return;
		}
		r = take_call(connection);
		if (r == TRANSPORT_AGAIN)
			return;
		if (r != 0) {
			/* what it is still owed, as far as it fits: an error before the end */
			(void)sender_flush(&connection->sender, connection->socket_fd);
			hang_up(connection);
			return;
		}
	}
	event_active(connection->event, EV_READ, 0);
}

static void on_event(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	pump(context);
}

/* --- what the keeper says --- */

int connection_new(struct front *front, uint32_t number, int socket_fd, uint32_t scope,
		   const char *reason)
{
	struct connection *connection = calloc(1, sizeof(*connection));

	if (!connection) {
		close_fd(socket_fd);
		wire_begin(&front->writer, WIRE_CLOSED, 0, 0, number);
		(void)wire_send(&front->writer, CHANNEL_FD);
		return -ENOMEM;
	}
	connection->front = front;
	connection->number = number;
	connection->socket_fd = socket_fd;
	connection->scope = scope;
	connection->reason = reason ? strdup(reason) : NULL;
	receiver_init(&connection->receiver, FRAME_SIZE_MAX);
	sender_init(&connection->sender);
	connection->next = front->connections;
	front->connections = connection;
	if (socket_fd < 0) {
		hang_up(connection);
		return -EMFILE;
	}
	/* edges: closing may be waited for without being told of a half-closed socket for ever */
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

static void answer_page(struct connection *connection)
{
	struct wire_list cursor;
	bool more;
	json_t *page = encode_page(&connection->front->message, connection->list_method->op,
				   connection->list.summary, &cursor, &more);
	bool fine;

	if (more && !connection->more) {
		json_decref(page);
		fine = call_refuse(connection, ERROR_EXPECTED_MORE, NULL, NULL);
	} else {
		if (more) {
			connection->list.after_owner = cursor.after_owner;
			snprintf(connection->list_name, sizeof(connection->list_name), "%s",
				 cursor.after_name ? cursor.after_name : "");
			connection->page_wanted = true;
		}
		fine = call_reply(connection, NULL, page, more, NULL);
	}
	if (fine)
		pump(connection);
	else
		hang_up(connection);
}

/* Whoever asked for what front->message answers; NULL: it has gone. */
static struct connection *find_asker(const struct front *front)
{
	const struct nlmsghdr *header = front->message.header;
	struct connection *connection = front->connections;

	while (connection && connection->number != header->nlmsg_pid)
		connection = connection->next;
	if (!connection || !connection->method || connection->request != header->nlmsg_seq ||
	    !connection->event)
		return NULL;
	return connection;
}

void connection_answer_lost(struct front *front)
{
	struct connection *connection = find_asker(front);
	struct failure failure;

	if (!connection)
		return;
	failure_from_errno(&failure, -EMFILE, "take the descriptors of the answer");
	if (call_fail(connection, &failure))
		pump(connection);
	else
		hang_up(connection);
}

void connection_answer(struct front *front)
{
	const struct nlmsghdr *header = front->message.header;
	struct reply_fds fds = {.n = 0};
	struct connection *connection = find_asker(front);
	struct wire_failure wire;
	bool fine;

	if (!connection)
		return;
	if (header->nlmsg_flags & WIRE_FAILURE) {
		struct failure failure;

		if (wire_decode(&front->message, &wire_failure_layout, &wire) < 0 || !wire.error)
			failure_from_errno(&failure, -EBADMSG, "understand the keeper");
		else
			failure_set(&failure, wire.error, wire.number, wire.subject,
				    wire.text ? "%s" : NULL, wire.text);
		fine = call_fail(connection, &failure);
	} else if (connection->method->layout == &wire_list_layout) {
		answer_page(connection);
		return;
	} else {
		json_t *parameters = connection->method->encode(&front->message, &fds);

		fine = call_reply(connection, NULL, parameters,
				  header->nlmsg_flags & WIRE_CONTINUES, &fds);
	}
	if (fine)
		pump(connection);
	else
		hang_up(connection);
}

void connection_resume_all(struct front *front)
{
	struct connection *connection = front->connections, *next;

	front->stalled = false;
	for (; connection && !front->stalled; connection = next) {
		next = connection->next;
		if (connection->event)
			pump(connection);
		else
			hang_up(connection);
	}
	connection_settle(front);
}

/* Whether anybody will ask the keeper for another page, or has yet to say that it has gone. */
static bool any_asks(const struct front *front)
{
	for (const struct connection *at = front->connections; at; at = at->next)
		if (!at->event || (at->method && at->method->layout == &wire_list_layout) ||
		    at->page_wanted)
			return true;
	return false;
}

void connection_settle(struct front *front)
{
	if (!front->stopping || front->stopped || any_asks(front))
		return;
	wire_begin(&front->writer, WIRE_STOPPED, 0, 0, 0);
	front->stopped = wire_send(&front->writer, CHANNEL_FD) == 0;
	if (!front->stopped)
		event_add(front->writable, NULL);
}

void connection_stop_all(struct front *front)
{
	struct connection *next;

	front->stopping = true;
	for (struct connection *at = front->connections; at; at = next) {
		next = at->next;
		/* a subscription has no end of its own */
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
