/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/methods.h"
#include "daemon/keeper/request/events.h"
#include "daemon/keeper/request/front-state.h"
#include "daemon/keeper/request/handlers.h"
#include "daemon/keeper/set/idle.h"
#include "daemon/keeper/set/learn.h"
#include "daemon/keeper/set/lease.h"
#include "daemon/keeper/set/pipe-watch.h"
#include "daemon/keeper/set/remove.h"
#include "daemon/keeper/set/session-end.h"
#include "daemon/keeper/workers/ending.h"
#include "daemon/wire/method.h"

/* Limit of a front's requests that wait for their answers. For METHOD_AT_ONCE, the limit is higher.
 * Of these methods, only Kill waits: by a Kill, a user can end what other calls wait for. */
#define REQUESTS_MAX 1024
#define REQUESTS_MAX_AT_ONCE (2 * REQUESTS_MAX)

/* Space for the decoded request of any method. */
#define MEMBER(op, name, record, ...) struct record op;
union asked {
	METHODS(MEMBER)
};

#define CALL(op, name, record, handler, ...)                                              \
	static int call_##op(struct keeper *keeper, struct request *request, void *asked, \
			     struct failure *failure)                                     \
	{                                                                                 \
		return handler(keeper, request, asked, failure);                          \
	}
METHODS(CALL)

#define ENTRY(op, ...) [WIRE_##op] = call_##op,
static int (*const handlers[WIRE_OP_END])(struct keeper *keeper, struct request *request,
					  void *asked, struct failure *failure) = {METHODS(ENTRY)};

/* Decodes the request and calls its handler, which answers the request now or later. If either
 * fails, answers with the error. */
static void handle(struct keeper *keeper, struct request *request, struct wire_message *message)
{
	static union asked asked;
	struct failure failure = {};
	int r = 0;

	request->message = message;
	if (wire_decode(message, wire_methods[request->op].asked, &asked) < 0)
		r = failure_set(&failure, ERROR_INVALID_PARAMETER, 0, "parameters", NULL);
	if (r == 0)
		r = handlers[request->op](keeper, request, &asked, &failure);
	if (r)
		request_fail(keeper, request, &failure);
}

/* Called when a worker has examined the request's pidfds and pipes, or could not. Handles the
 * request, or answers with the error. */
static void on_identified(struct request *kept, const struct lane_process *processes,
			  const struct failure *failure, void *context)
{
	struct wire_message *message = context;
	struct keeper *keeper = kept->front ? kept->front->keeper : NULL;
	struct request request = *kept;

	request.kept = false;
	request.processes = processes;
	request_drop(kept);
	if (!failure && request_connection(&request)) {
		handle(keeper, &request, message);
	} else if (keeper && !failure) {
		/* the client is gone, but only an answer tells the front (the process that serves
		 * clients) that the request's lane (the channel for its descriptors) is free */
		request_begin(keeper, &request, 0);
		request_end(keeper, &request);
	} else if (keeper) {
		request_fail(keeper, &request, failure);
	}
	if (request.processes)
		pipe_watch_release(&request, processes);
	wire_message_done(message);
	free(message);
}

/* Lets a worker examine the request's pidfds and pipes. Then on_identified() handles the
 * request. */
static void identify(struct keeper *keeper, struct request *request,
		     const struct task_processes *task, const struct wire_message *message)
{
	struct wire_message *copy = calloc(1, sizeof(*copy));
	struct request *kept = copy ? request_keep(request) : NULL;
	struct failure failure;
	int r = kept ? wire_message_copy(message, copy) : -ENOMEM;

	if (r == 0)
		r = lane_identify(kept, task, on_identified, copy);
	if (r == 0) {
		pipe_watch_hold(keeper, request);
		return;
	}
	if (copy)
		wire_message_done(copy);
	free(copy);
	failure_from_errno(&failure, r, "look at the descriptor of the process");
	request_fail(keeper, kept ? kept : request, &failure);
}

/* Checks that the caller may use the method, and that the front may have one more request in
 * progress. If a process must be started for the request, also checks that not too many of the
 * user's processes hang: ending_check(). identifies: the request has pidfds or pipes, which a
 * worker must examine. Returns 0 or the error. */
static int admit(struct front_process *front, const struct request *request, bool identifies,
		 struct failure *failure)
{
	unsigned int flags = wire_methods[request->op].flags;
	size_t limit = flags & METHOD_AT_ONCE && !identifies ? REQUESTS_MAX_AT_ONCE : REQUESTS_MAX;

	if ((identifies || flags & METHOD_STARTS) && ending_check(front->identity.uid, failure))
		return failure->error;
	if (front->n_requests >= limit)
		return failure_set(failure, ERROR_LIMIT_EXCEEDED, limit, "requests", NULL);
	return authz_operation(&request->subject, request->op, failure);
}

/* Handles a message that is about the front itself. Returns 1, or -EBADMSG if our fronts never send
 * this message. Returns 0, and does nothing, if the message belongs to a connection. */
static int on_notice(struct front_process *front, struct wire_message *message)
{
	switch (message->header->nlmsg_type) {
	case WIRE_STOPPED:
		front->stopped = true;
		return 1;
	case WIRE_LANE_WANTED:
		lane_open(&front->lanes);
		return 1;
	case WIRE_LANE:
		return lane_end(&front->lanes, message) < 0 ? -EBADMSG : 1;
	default:
		return 0;
	}
}

/* Handles one message of a front. Returns 0, or -EBADMSG for a message that our fronts never
 * send. */
static int dispatch(struct front_process *front, struct wire_message *message)
{
	struct keeper *keeper = front->keeper;
	const struct nlmsghdr *header = message->header;
	struct request request = {
		.front = front,
		.lanes = &front->lanes,
		.connection = header->nlmsg_pid,
		.number = header->nlmsg_seq,
		.op = header->nlmsg_type,
		.direct = header->nlmsg_flags & WIRE_DIRECT,
	};
	struct client_connection *connection = request_connection(&request);
	struct failure failure = {};
	struct task_processes task;
	bool identifies;
	int r = on_notice(front, message);

	if (r)
		return MIN(r, 0);
	if (!connection || header->nlmsg_type >= WIRE_OP_END)
		return -EBADMSG;
	if (header->nlmsg_type == WIRE_CLOSED) {
		front_drop_connection(front, connection);
		return 0;
	}
	if (header->nlmsg_len > WIRE_SIZE_MAX && header->nlmsg_type != WIRE_APPLY)
		return -EBADMSG;
	if (!handlers[header->nlmsg_type] || lane_claim(&request, message, &task) < 0)
		return -EBADMSG;
	identifies = task.processes | task.pipes;
	connection->has_asked = true;
	request.subject = connection->subject;
	request.owner = connection->subject.uid;
	if (admit(front, &request, identifies, &failure))
		request_fail(keeper, &request, &failure);
	else if (identifies)
		identify(keeper, &request, &task, message);
	else
		handle(keeper, &request, message);
	return 0;
}

/* --- the other upcalls --- */

static void on_connection_gone(struct keeper *keeper, struct client_connection *connection)
{
	if (connection->has_leases) {
		session_connection_gone(keeper, connection->number);
		lease_connection_gone(keeper, connection->number);
	}
	learn_connection_gone(connection->number);
	events_end(keeper, connection);
}

static void on_network_idle(struct keeper *keeper, struct set *set)
{
	idle_look(keeper, set);
	/* may free the set */
	remove_go_on(keeper, set);
}

const struct upcalls upcalls = {
	.message = dispatch,
	.connection_gone = on_connection_gone,
	.front_writable = events_resume,
	.network_idle = on_network_idle,
};
