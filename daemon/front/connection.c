/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>
#include <string.h>
#include "daemon/front/connection.h"
#include "daemon/front/method.h"
#include "daemon/front/service.h"
#include "protocol/exchange.h"
#include "protocol/message.h"
#include "protocol/transport.h"

/* Calls that are answered in one go before others get their turn. */
#define CALLS_AT_ONCE 32

struct connection {
	struct connection *next;
	struct front *front;
	uint32_t number;
	int socket_fd;
	uint32_t scope;
	char *reason; /* of a confined one */
	struct event *event;
	struct receiver receiver;
	struct sender sender;
	struct exchange exchange;
	bool more;		     /* the call in progress asked for it */
	const struct method *method; /* of the call that the keeper works on */
	uint32_t request;	     /* its number */
	struct wire_list list;	     /* List and its like: where the next page begins ... */
	struct spec_label labels[SPEC_LABELS_MAX];
	json_t *list_parameters; /* ... and what holds its strings */
	char list_name[KEY_SIZE];
	const struct method *list_method;
	bool page_wanted;
};

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

/* --- answers --- */

/* In builds for tests: every reply is what the interface says, or the test ends here. */
static void check_reply(const struct connection *connection _unused_, const char *error _unused_,
			const json_t *parameters _unused_)
{
#ifdef NSCTL_FAULTS
	const struct front *front = connection->front;
	const struct idl_method *described =
		connection->method ? idl_method(front->nsctl, connection->method->name) : NULL;
	char path[IDL_PATH_SIZE] = "";
	bool fits = true;

	if (error)
		fits = idl_check_error(strncmp(error, "org.nsctl.", 10) == 0 ? front->nsctl
									     : front->service,
				       strrchr(error, '.') + 1, parameters, path);
	else if (described)
		fits = idl_check_output(front->nsctl, described, parameters, path);
	if (fits)
		return;
	fprintf(stderr, "nsctld-front: %s does not fit the interface: %s\n",
		error	    ? error
		: described ? connection->method->name
			    : "a reply",
		path);
	abort();
#endif
}

/* Sends a reply; takes parameters and the descriptors. False: the connection is to be closed. */
static bool reply(struct connection *connection, const char *error, json_t *parameters,
		  bool continues, struct reply_fds *fds)
{
	_cleanup_json_ json_t *owned = parameters;
	enum exchange_verdict verdict = exchange_reply(&connection->exchange, continues);
	char *text = NULL;
	size_t size;
	int r = owned ? 0 : -ENOMEM;

	if (r == 0)
		check_reply(connection, error, owned);
	if (!continues)
		connection->method = NULL;
	if (r == 0 && verdict == EXCHANGE_SEND)
		r = error ? message_pack_error(error, owned, &text, &size)
			  : message_pack_reply(owned, continues, &text, &size);
	if (r == 0 && verdict == EXCHANGE_SEND)
		return sender_queue(&connection->sender, text, size, fds ? fds->fds : NULL,
				    fds ? fds->n : 0) == 0;
	for (size_t i = 0; fds && i < fds->n; i++)
		close_fd(fds->fds[i]);
	return r == 0 && verdict == EXCHANGE_SWALLOW;
}

static bool reply_failure(struct connection *connection, const struct failure *failure)
{
	return reply(connection, error_id(failure->error), encode_failure(failure), false, NULL);
}

static bool refuse(struct connection *connection, enum nsctl_error error, const char *subject,
		   const char *text)
{
	struct failure failure;

	failure_set(&failure, error, 0, subject, text ? "%s" : NULL, text);
	return reply_failure(connection, &failure);
}

/* --- requests to the keeper --- */

static bool channel_is_full(struct front *front)
{
	struct pollfd poll_fd = {.fd = CHANNEL_FD, .events = POLLOUT};

	if (poll(&poll_fd, 1, 0) == 1 && poll_fd.revents & POLLOUT)
		return false;
	front->stalled = true;
	event_add(front->writable, NULL);
	return true;
}

static void begin_request(struct connection *connection, const struct method *method)
{
	wire_begin(&connection->front->writer, method->op, 0, ++connection->request,
		   connection->number);
}

static bool send_begun(struct connection *connection, const struct method *method)
{
	struct front *front = connection->front;
	struct failure failure;
	int r;

	r = wire_send(&front->writer, CHANNEL_FD);
	if (r == 0) {
		connection->method = method;
		return true;
	}
	/* nothing but paths can make a request so large */
	if (r == -EMSGSIZE)
		return refuse(connection, ERROR_INVALID_VALUE, "spec",
			      "is too large: mounts and labels together may have 60 KiB");
	failure_from_errno(&failure, r, "pass the request on");
	return reply_failure(connection, &failure);
}

static bool send_request(struct connection *connection, const struct method *method,
			 const void *request)
{
	begin_request(connection, method);
	wire_put(&connection->front->writer, method->layout, request);
	return send_begun(connection, method);
}

/* --- calls --- */

static void keep_list(struct connection *connection, const struct method *method,
		      const struct wire_list *list, json_t *parameters)
{
	connection->list = *list;
	connection->list_method = method;
	*connection->list_name = '\0';
	json_decref(connection->list_parameters);
	connection->list_parameters = json_incref(parameters);
}

static bool call_with_items(struct connection *connection, const struct method *method,
			    const json_t *parameters)
{
	struct decoding decoding = {.fds = &connection->receiver.fds, .memory_fd = -1};

	begin_request(connection, method);
	if (method->put(&decoding, parameters, &connection->front->writer))
		return reply_failure(connection, &decoding.failure);
	return send_begun(connection, method);
}

static bool call_keeper(struct connection *connection, const struct method *method,
			json_t *parameters)
{
	static union method_request request;
	struct decoding decoding = {.fds = &connection->receiver.fds, .memory_fd = -1};
	bool fine;

	wire_clear(method->layout, &request);
	if (method->decode(&decoding, parameters, &request)) {
		close_fd(decoding.memory_fd);
		return reply_failure(connection, &decoding.failure);
	}
	if (method->layout == &wire_list_layout)
		keep_list(connection, method, &request.list, parameters);
	if (method->op == WIRE_EXEC)
		request.exec.command.more = connection->more;
	if (method->op == WIRE_RUN)
		request.run.command.more = connection->more;
	fine = send_request(connection, method, &request);
	close_fd(decoding.memory_fd);
	return fine;
}

static bool call_nsctl(struct connection *connection, const char *full_name, const char *name,
		       json_t *parameters)
{
	const struct idl_method *described = idl_method(connection->front->nsctl, name);
	const struct method *method = method_find(name);
	char path[IDL_PATH_SIZE];

	if (!described)
		return refuse(connection, ERROR_METHOD_NOT_FOUND, full_name, NULL);
	if (!idl_check_input(connection->front->nsctl, described, parameters, path))
		return refuse(connection, ERROR_INVALID_PARAMETER, path, NULL);
	if (!method)
		return refuse(connection, ERROR_METHOD_NOT_IMPLEMENTED, full_name, NULL);
	if (method->op == WIRE_MONITOR && !connection->more)
		return refuse(connection, ERROR_EXPECTED_MORE, NULL, NULL);
	if (connection->scope == SCOPE_CONFINED && method->op != WIRE_STATUS &&
	    method->op != WIRE_IDENTIFY)
		return refuse(connection, ERROR_NOT_PERMITTED, full_name, connection->reason);
	return method->put ? call_with_items(connection, method, parameters)
			   : call_keeper(connection, method, parameters);
}

static bool call_service(struct connection *connection, const char *full_name, const char *name,
			 json_t *parameters)
{
	const struct idl_method *described = idl_method(connection->front->service, name);
	char path[IDL_PATH_SIZE];
	struct failure failure;
	json_t *description;

	if (!described)
		return refuse(connection, ERROR_METHOD_NOT_FOUND, full_name, NULL);
	if (!idl_check_input(connection->front->service, described, parameters, path))
		return refuse(connection, ERROR_INVALID_PARAMETER, path, NULL);
	if (strcmp(name, "GetInfo") == 0)
		return reply(connection, NULL, service_info(), false, NULL);
	description = service_description(
		json_string_value(json_object_get(parameters, "interface")), &failure);
	return description ? reply(connection, NULL, description, false, NULL)
			   : reply_failure(connection, &failure);
}

/* False: the connection is to be closed. */
static bool on_call(struct connection *connection, const struct message_call *call)
{
	const char *dot = strrchr(call->method, '.');
	char interface[256];

	connection->more = call->more && !call->oneway;
	if (!exchange_begin(&connection->exchange, call->more, call->oneway))
		return false;
	if (!dot || dot == call->method ||
	    (size_t)snprintf(interface, sizeof(interface), "%.*s", (int)(dot - call->method),
			     call->method) >= sizeof(interface))
		return refuse(connection, ERROR_INTERFACE_NOT_FOUND, call->method, NULL);
	if (call->upgrade)
		return refuse(connection, ERROR_METHOD_NOT_IMPLEMENTED, call->method, NULL);
	if (strcmp(interface, "org.nsctl") == 0)
		return call_nsctl(connection, call->method, dot + 1, call->parameters);
	if (strcmp(interface, "org.varlink.service") == 0)
		return call_service(connection, call->method, dot + 1, call->parameters);
	return refuse(connection, ERROR_INTERFACE_NOT_FOUND, interface, NULL);
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
	fine = on_call(connection, &call);
	message_call_done(&call);
	receiver_next(&connection->receiver);
	return fine ? 0 : TRANSPORT_BROKEN;
}

static void ask_for_page(struct connection *connection)
{
	connection->page_wanted = false;
	connection->list.after_name = *connection->list_name ? connection->list_name : NULL;
	if (!send_request(connection, connection->list_method, &connection->list))
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
		fine = refuse(connection, ERROR_EXPECTED_MORE, NULL, NULL);
	} else {
		if (more) {
			connection->list.after_owner = cursor.after_owner;
			snprintf(connection->list_name, sizeof(connection->list_name), "%s",
				 cursor.after_name ? cursor.after_name : "");
			connection->page_wanted = true;
		}
		fine = reply(connection, NULL, page, more, NULL);
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
	if (reply_failure(connection, &failure))
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
		fine = reply_failure(connection, &failure);
	} else if (connection->method->layout == &wire_list_layout) {
		answer_page(connection);
		return;
	} else {
		json_t *parameters = connection->method->encode(&front->message, &fds);

		fine = reply(connection, NULL, parameters, header->nlmsg_flags & WIRE_CONTINUES,
			     &fds);
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
