/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/methods.h"
#include "daemon/keeper/network/link.h"
#include "daemon/keeper/request/connection.h"
#include "daemon/keeper/request/events.h"
#include "daemon/keeper/request/front-part.h"
#include "daemon/keeper/request/request.h"
#include "daemon/keeper/set/create.h"
#include "daemon/keeper/set/lease.h"
#include "daemon/keeper/set/network.h"
#include "daemon/keeper/set/processes.h"
#include "daemon/keeper/set/query.h"
#include "daemon/keeper/set/remove.h"
#include "daemon/keeper/set/run.h"
#include "daemon/keeper/set/session.h"
#include "daemon/keeper/set/topology.h"
#include "daemon/keeper/workers/ending.h"
#include "daemon/wire/message.h"

#define REQUESTS_MAX 1024

static void (*const handlers[WIRE_OP_END])(struct keeper *, struct request *,
					   struct wire_message *) = {
	[WIRE_CREATE] = create_on_create,
	[WIRE_GET] = inquiry_on_get,
	[WIRE_LIST] = inquiry_on_list,
	[WIRE_REMOVE] = remove_on_remove,
	[WIRE_RENEW] = lease_on_renew,
	[WIRE_EXEC] = session_on_exec,
	[WIRE_RUN] = run_on_run,
	[WIRE_SESSIONS] = inquiry_on_sessions,
	[WIRE_WAIT] = session_on_wait,
	[WIRE_OPEN] = inquiry_on_open,
	[WIRE_PROCESSES] = control_on_processes,
	[WIRE_KILL] = control_on_kill,
	[WIRE_FREEZE] = control_on_freeze,
	[WIRE_THAW] = control_on_thaw,
	[WIRE_IDENTIFY] = inquiry_on_identify,
	[WIRE_STATUS] = inquiry_on_status,
	[WIRE_LINK_ADD] = link_on_add,
	[WIRE_LINK_SET] = link_on_set,
	[WIRE_LINK_REMOVE] = link_on_remove,
	[WIRE_LINK_LIST] = link_on_list,
	[WIRE_NETWORK_CREATE] = network_on_create,
	[WIRE_NETWORK_REMOVE] = network_on_remove,
	[WIRE_NETWORK_LIST] = network_on_list,
	[WIRE_MONITOR] = events_on_monitor,
	[WIRE_APPLY] = apply_on_apply,
};

/* Never kept: a user whose calls have reached the limit can still look around. */
static const bool answered_at_once[WIRE_OP_END] = {
	[WIRE_LIST] = true,   [WIRE_RENEW] = true,     [WIRE_SESSIONS] = true,
	[WIRE_OPEN] = true,   [WIRE_PROCESSES] = true, [WIRE_IDENTIFY] = true,
	[WIRE_STATUS] = true, [WIRE_LINK_LIST] = true, [WIRE_NETWORK_LIST] = true,
};

/* A process is started for these, and may hang. A removal does not wait for processes that hang. */
static const bool begins_something[WIRE_OP_END] = {
	[WIRE_CREATE] = true,	      [WIRE_RUN] = true,      [WIRE_EXEC] = true,
	[WIRE_APPLY] = true,	      [WIRE_LINK_ADD] = true, [WIRE_LINK_SET] = true,
	[WIRE_NETWORK_CREATE] = true,
};

/* The pidfds of a request have been looked at: its handler answers it, now or later. */
static void on_identified(struct request *kept, const struct lane_process *processes,
			  const struct failure *failure, void *context)
{
	struct wire_message *message = context;
	struct keeper *keeper = kept->front ? kept->front->keeper : NULL;
	struct request request = *kept;

	request.kept = false;
	request.processes = processes;
	request_drop(kept);
	if (processes && request_connection(&request)) {
		handlers[request.op](keeper, &request, message);
	} else if (keeper && processes) {
		/* the client has gone; the front waits to hear that the lane is free again */
		request_begin(keeper, &request, 0);
		request_end(keeper, &request);
	} else if (keeper) {
		request_fail(keeper, &request, failure);
	}
	wire_message_done(message);
	free(message);
}

/* Has the pidfds of a request looked at before it is handled. */
static void identify(struct keeper *keeper, struct request *request, uint64_t processes,
		     const struct wire_message *message)
{
	struct wire_message *copy = calloc(1, sizeof(*copy));
	struct request *kept = copy ? request_keep(request) : NULL;
	struct failure failure;
	int r = kept ? wire_message_copy(message, copy) : -ENOMEM;

	if (r == 0)
		r = lane_identify(kept, processes, on_identified, copy);
	if (r == 0)
		return;
	if (copy)
		wire_message_done(copy);
	free(copy);
	failure_from_errno(&failure, r, "look at the descriptor of the process");
	request_fail(keeper, kept ? kept : request, &failure);
}

/* Refuses what the caller may not ask for, or asks for too often. Returns 0 or the error. */
static int admit(struct front *front, const struct request *request, uint64_t processes,
		 struct failure *failure)
{
	bool begins = processes || begins_something[request->op];

	if (begins && ending_check(front->keeper, front->identity.uid, failure))
		return failure->error;
	if (front->n_requests >= REQUESTS_MAX && (processes || !answered_at_once[request->op]))
		return failure_set(failure, ERROR_LIMIT_EXCEEDED, REQUESTS_MAX, "requests", NULL);
	if (authz_operation(&request->subject, request->op, failure) == 0)
		return 0;
	front->keeper->counters.refused++;
	return failure->error;
}

/* What is no request of a connection's. Returns 1, -EBADMSG, or 0: it is one. */
static int on_notice(struct front *front, struct wire_message *message)
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

int methods_dispatch(struct front *front, struct wire_message *message)
{
	struct keeper *keeper = front->keeper;
	const struct nlmsghdr *header = message->header;
	struct request request = {
		.front = front,
		.lanes = &front->lanes,
		.connection = header->nlmsg_pid,
		.number = header->nlmsg_seq,
		.op = header->nlmsg_type,
	};
	struct connection *connection = request_connection(&request);
	struct failure failure = {};
	uint64_t processes;
	int r = on_notice(front, message);

	if (r)
		return MIN(r, 0);
	if (!connection || header->nlmsg_type >= WIRE_OP_END)
		return -EBADMSG;
	if (header->nlmsg_type == WIRE_CLOSED) {
		front_drop_connection(front, connection);
		return 0;
	}
	if (!handlers[header->nlmsg_type] || lane_claim(&request, message, &processes) < 0)
		return -EBADMSG;
	connection->has_asked = true;
	request.subject = connection->subject;
	request.owner = connection->subject.uid;
	if (admit(front, &request, processes, &failure))
		request_fail(keeper, &request, &failure);
	else if (processes)
		identify(keeper, &request, processes, message);
	else
		handlers[request.op](keeper, &request, message);
	return 0;
}
