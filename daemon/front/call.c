/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/front/call.h"
#include "daemon/front/lane.h"
#include "daemon/front/metrics.h"
#include "daemon/front/reply.h"

/* --- org.varlink.service, which is answered without the keeper --- */

static const struct {
	const char *name, *text;
} interfaces[] = {
	{"org.varlink.service", idl_text_service},
	{"org.nsctl", idl_text_nsctl},
	{"io.systemd.Metrics", idl_text_metrics},
};

static json_t *service_info(void)
{
	json_t *names = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(interfaces); i++)
		json_array_append_new(names, json_string(interfaces[i].name));
	return json_pack("{ss ss ss ss so}", "vendor", "nsctl", "product", "nsctld", "version",
			 PACKAGE_VERSION, "url", "", "interfaces", names);
}

/* Returns the description of an interface or, if there is no such interface, NULL with *failure
 * set. */
static json_t *service_description(const char *interface, struct failure *failure)
{
	for (size_t i = 0; i < ARRAY_SIZE(interfaces); i++)
		if (strcmp(interface, interfaces[i].name) == 0)
			return json_pack("{ss}", "description", interfaces[i].text);
	failure_set(failure, ERROR_INTERFACE_NOT_FOUND, 0, interface, NULL);
	return NULL;
}

/* --- answers --- */

/* In test builds, aborts if a reply does not conform to the interface. */
static void check_reply(const struct connection *connection _unused_, const char *error _unused_,
			const json_t *parameters _unused_)
{
#ifdef NSCTL_FAULTS
	const struct front *front = connection->front;
	const struct idl_method *described =
		connection->method ? idl_method(connection->idl, connection->method->name) : NULL;
	char path[IDL_PATH_SIZE] = "";
	bool fits = true;

	if (error)
		fits = idl_check_error(strncmp(error, "org.nsctl.", 10) == 0 ? front->nsctl
									     : front->service,
				       strrchr(error, '.') + 1, parameters, path);
	else if (described)
		fits = idl_check_output(connection->idl, described, parameters, path);
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

bool call_reply(struct connection *connection, const char *error, json_t *parameters,
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

void call_sent(struct connection *connection)
{
	exchange_reply(&connection->exchange, false);
	connection->method = NULL;
}

bool call_reply_each(struct connection *connection, json_t *list, bool continues)
{
	_cleanup_json_ json_t *owned = list;
	size_t n = json_array_size(owned);

	for (size_t i = 0; i < n; i++)
		if (!call_reply(connection, NULL, json_incref(json_array_get(owned, i)),
				continues || i + 1 < n, NULL))
			return false;
	return true;
}

bool call_fail(struct connection *connection, const struct failure *failure)
{
	return call_reply(connection, error_id(failure->error), encode_failure(failure), false,
			  NULL);
}

bool call_refuse(struct connection *connection, enum nsctl_error error, const char *subject,
		 const char *text)
{
	struct failure failure;

	failure_set(&failure, error, 0, subject, text ? "%s" : NULL, text);
	return call_fail(connection, &failure);
}

/* --- requests to the keeper --- */

static void begin_request(struct connection *connection, const struct method *method)
{
	bool is_answered = connection->exchange.state != EXCHANGE_ONEWAY;

	connection->front->handles = (struct wire_handles){};
	/* no call is taken before all replies to the last one have been sent */
	wire_begin(&connection->front->writer, method->op, is_answered ? WIRE_DIRECT : 0,
		   ++connection->request, connection->number);
}

/* Sends the request in front->writer. Its descriptors go first, down a lane, so that they are there
 * when a worker carries out the request. Returns 0 or -errno. */
static int send_request(struct front *front)
{
	int r = front->handles.n > 0 ? lane_send(front) : 0;

	if (r == 0) {
		r = front_send(front);
		if (r < 0)
			lane_cancel(front);
	}
	return r;
}

static bool send_begun(struct connection *connection, const struct method *method)
{
	struct front *front = connection->front;
	struct failure failure;
	int r = send_request(front);

	if (r == 0) {
		connection->method = method;
		return true;
	}
	/* only paths and labels can make a request so large */
	if (r == -EMSGSIZE)
		return call_refuse(
			connection, ERROR_INVALID_VALUE, "spec",
			"is too large: mounts and labels together can have at most 60 KiB");
	if (r == -ENOBUFS && front->no_lane.error)
		return call_fail(connection, &front->no_lane);
	failure_from_errno(&failure, r, "pass the request on");
	return call_fail(connection, &failure);
}

bool call_send(struct connection *connection, const struct method *method, const void *request)
{
	begin_request(connection, method);
	wire_put(&connection->front->writer, method->layout, request);
	return send_begun(connection, method);
}

/* --- calls --- */

/* Returns true if clients of this scope may call the method. */
static bool is_in_scope(const struct connection *connection, const struct method *method)
{
	return connection->scope != SCOPE_CONFINED || method->op == WIRE_STATUS ||
	       method->op == WIRE_IDENTIFY;
}

bool call_needs_lane(const struct connection *connection)
{
	static const char prefix[] = "org.nsctl.";
	const char *name = connection->call.method;
	const struct method *method = strncmp(name, prefix, sizeof(prefix) - 1) == 0
					      ? method_find(name + sizeof(prefix) - 1)
					      : NULL;

	/* Exec and Run always have a descriptor: the front puts the arguments into a memfd */
	return method && is_in_scope(connection, method) &&
	       (method->op == WIRE_EXEC || method->op == WIRE_RUN ||
		(method->flags & METHOD_DESCRIPTORS && connection->receiver.fds.n > 0));
}

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
	struct decoding decoding = {
		.fds = &connection->receiver.fds, .memory_fd = -1, .more = connection->more};

	begin_request(connection, method);
	connection->front->writer.limit = WIRE_STREAM_MAX;
	if (method->put(&decoding, parameters, &connection->front->writer))
		return call_fail(connection, &decoding.failure);
	return send_begun(connection, method);
}

static bool call_keeper(struct connection *connection, const struct method *method,
			json_t *parameters)
{
	static union method_request request;
	struct decoding decoding = {.fds = &connection->receiver.fds, .memory_fd = -1};
	bool fine;

	wire_clear(method->layout, &request);
	if (decode_request(&decoding, method->layout, parameters, &request)) {
		close_fd(decoding.memory_fd);
		return call_fail(connection, &decoding.failure);
	}
	if (method->layout == &wire_list_layout)
		keep_list(connection, method, &request.LIST, parameters);
	if (method->op == WIRE_EXEC)
		request.EXEC.command.more = connection->more;
	if (method->op == WIRE_RUN)
		request.RUN.command.more = connection->more;
	fine = call_send(connection, method, &request);
	close_fd(decoding.memory_fd);
	return fine;
}

static bool call_nsctl(struct connection *connection, const char *full_name, const char *name,
		       json_t *parameters)
{
	const struct method *method = method_find(name);

	if (!method)
		return call_refuse(connection, ERROR_METHOD_NOT_IMPLEMENTED, full_name, NULL);
	if (method->flags & METHOD_MORE && !connection->more)
		return call_refuse(connection, ERROR_EXPECTED_MORE, NULL, NULL);
	if (!is_in_scope(connection, method))
		return call_refuse(connection, ERROR_NOT_PERMITTED, full_name, connection->reason);
	return method->put ? call_with_items(connection, method, parameters)
			   : call_keeper(connection, method, parameters);
}

static bool call_service(struct connection *connection, const char *full_name _unused_,
			 const char *name, json_t *parameters)
{
	struct failure failure;
	json_t *description;

	if (strcmp(name, "GetInfo") == 0)
		return call_reply(connection, NULL, service_info(), false, NULL);
	description = service_description(
		json_string_value(json_object_get(parameters, "interface")), &failure);
	return description ? call_reply(connection, NULL, description, false, NULL)
			   : call_fail(connection, &failure);
}

static bool call_metrics(struct connection *connection, const char *full_name, const char *name,
			 json_t *parameters _unused_)
{
	struct wire_ask asked;

	if (!connection->more)
		return call_refuse(connection, ERROR_EXPECTED_MORE, NULL, NULL);
	if (strcmp(name, "Describe") == 0)
		return call_reply_each(connection, metrics_describe(), false);
	if (!is_in_scope(connection, &metrics_of_sets))
		return call_refuse(connection, ERROR_NOT_PERMITTED, full_name, connection->reason);
	wire_clear(&wire_ask_layout, &asked);
	return call_send(connection, &metrics_of_daemon, &asked);
}

/* Answers a call of a method that the interface has, if its parameters are as the interface says;
 * otherwise refuses it. */
static bool call_method(struct connection *connection, const struct idl *idl,
			const struct message_call *call,
			bool (*answer)(struct connection *connection, const char *full_name,
				       const char *name, json_t *parameters))
{
	const char *name = strrchr(call->method, '.') + 1;
	const struct idl_method *described = idl_method(idl, name);
	char path[IDL_PATH_SIZE];

	if (!described)
		return call_refuse(connection, ERROR_METHOD_NOT_FOUND, call->method, NULL);
	if (!idl_check_input(idl, described, call->parameters, path))
		return call_refuse(connection, ERROR_INVALID_PARAMETER, path, NULL);
	connection->idl = idl;
	return answer(connection, call->method, name, call->parameters);
}

bool call_begin(struct connection *connection, const struct message_call *call)
{
	const char *dot = strrchr(call->method, '.');
	char interface[256];

	connection->more = call->more && !call->oneway;
	if (!exchange_begin(&connection->exchange, call->more, call->oneway))
		return false;
	if (!dot || dot == call->method ||
	    (size_t)snprintf(interface, sizeof(interface), "%.*s", (int)(dot - call->method),
			     call->method) >= sizeof(interface))
		return call_refuse(connection, ERROR_INTERFACE_NOT_FOUND, call->method, NULL);
	if (call->upgrade)
		return call_refuse(connection, ERROR_METHOD_NOT_IMPLEMENTED, call->method, NULL);
	if (strcmp(interface, "org.nsctl") == 0)
		return call_method(connection, connection->front->nsctl, call, call_nsctl);
	if (strcmp(interface, "io.systemd.Metrics") == 0)
		return call_method(connection, connection->front->metrics, call, call_metrics);
	if (strcmp(interface, "org.varlink.service") == 0)
		return call_method(connection, connection->front->service, call, call_service);
	return call_refuse(connection, ERROR_INTERFACE_NOT_FOUND, interface, NULL);
}
