/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/policy/task-error.h"
#include "daemon/keeper/request/lane.h"
#include "daemon/keeper/workers/ending.h"
#include "daemon/keeper/workers/worker.h"
#include "daemon/kernel/fault.h"

/* Limit of lanes for one front, and so of its unanswered requests that have descriptors. */
#define LANES_MAX 8
/* No lane is opened for a user other than root with this number of processes that are ending
 * (ending_count_all()). It is the number of lanes that FRONTS_MAX_OF_UID fronts can have. */
#define RESTING_MAX (16 * LANES_MAX)
/* Deadlines for opening a lane, and for lane_identify(). */
#define OPEN_SECONDS 20
#define IDENTIFY_SECONDS 10

struct lane {
	struct lane *next;
	struct lanes *lanes; /* NULL: the front is gone */
	uint32_t number;
	struct worker *worker;	      /* NULL: the lane is being opened, or the worker was lost */
	uint32_t connection, request; /* request whose descriptors it has; connection 0: none */
	bool spent; /* the worker knows that no later task needs the descriptors */
	bool opening;
};

static struct lane *lane_free(struct lane *lane)
{
	struct worker *worker = lane->worker;

	/* worker_release() lets the worker finish its task */
	if (worker)
		worker_release(worker);
	free(lane);
	return NULL;
}

static void unlink_lane(struct lanes *lanes, const struct lane *lane)
{
	LIST_DROP(lanes->first, lane, next);
	lanes->n--;
}

static struct lane *find(const struct lanes *lanes, uint32_t number)
{
	return LIST_FIND(lanes->first, lane, next, lane->number == number);
}

/* Returns the lane that carries the request's descriptors, or NULL. */
static struct lane *lane_of(const struct request *request)
{
	struct lane *lane =
		request->lanes && request->lane ? find(request->lanes, request->lane) : NULL;

	return lane && lane->connection == request->connection && lane->request == request->number
		       ? lane
		       : NULL;
}

/* --- opening and closing --- */

/* Frees lanes that could not be opened, and lanes whose workers were lost, for instance at a
 * deadline. But a lost lane that has a request's descriptors stays until the request is answered:
 * lane_release() then tells the front that the lane is gone. */
static void forget_lost(struct lanes *lanes)
{
	struct lane *next;

	for (struct lane *lane = lanes->first; lane; lane = next) {
		next = lane->next;
		if (lane->worker || lane->opening || lane->connection)
			continue;
		unlink_lane(lanes, lane);
		lane_free(lane);
	}
}

/* Tells the front that the lane of this number is gone. */
static void take_away(const struct lanes *lanes, uint32_t number)
{
	const struct wire_lane none = {.number = number, .lane_fd = -1};
	struct wire_writer *writer = lanes->keeper->to_front;

	wire_begin(writer, WIRE_LANE, 0, 0, 0);
	wire_put(writer, &wire_lane_layout, &none);
	lanes->say(lanes->front);
}

/* Tells the front why it gets no further lane now. */
static void deny(const struct lanes *lanes, const struct failure *failure)
{
	struct wire_writer *writer = lanes->keeper->to_front;

	wire_begin(writer, WIRE_LANE, WIRE_FAILURE, 0, 0);
	wire_put_failure(writer, failure);
	lanes->say(lanes->front);
}

static void on_opened(struct operation *operation, const struct task_report *report _unused_,
		      int fds[REPORT_FDS_MAX])
{
	struct lane *lane = operation->context;
	const struct wire_lane wire = {.number = lane->number, .lane_fd = fds[0]};
	struct keeper *keeper = operation->keeper;

	if (!lane->lanes || fds[0] < 0)
		return;
	worker_bind(operation->worker, &lane->worker, lane->lanes->uid);
	wire_begin(keeper->to_front, WIRE_LANE, 0, 0, 0);
	wire_put(keeper->to_front, &wire_lane_layout, &wire);
	lane->lanes->say(lane->lanes->front);
}

static void on_open_done(struct operation *operation, const struct task_report *report)
{
	struct lane *lane = operation->context;
	struct failure failure;

	lane->opening = false;
	if (!lane->worker && report->error)
		log_by_user("lanes not opened", LOG_ERR,
			    &(struct log_fields){
				    .has_uid = true, .uid = operation->uid, .error = report->error},
			    "no lane can be opened for descriptors of clients: %s",
			    strerror(report->error));
	if (!lane->lanes) {
		lane_free(lane);
	} else if (!lane->worker) {
		task_error(report, &failure);
		deny(lane->lanes, &failure);
	}
}

/* Checks that another lane may be opened. Counts workers of closed lanes, too: an attacker who
 * controls a front may open a lane, make its worker hang, close the lane, and ask again. Returns 0,
 * or an error and *failure. */
static int check_limits(const struct lanes *lanes, struct failure *failure)
{
	if (lanes->n >= LANES_MAX)
		return failure_set(failure, ERROR_LIMIT_EXCEEDED, LANES_MAX, "requests", NULL);
	if (lanes->uid != 0 && ending_count_all(lanes->uid) >= RESTING_MAX)
		return failure_set(failure, ERROR_LIMIT_EXCEEDED, RESTING_MAX, "hangingProcesses",
				   NULL);
	return ending_check(lanes->uid, failure);
}

/* Makes a lane, and the operation that opens it. The operation waits for the user's turn
 * (base/turns.h), because each lane costs a process. Returns 0 or -errno. */
static int lane_new(struct lanes *lanes, struct operation **ret)
{
	struct lane *lane = calloc(1, sizeof(*lane));
	int r = lane ? operation_new(lanes->keeper, lanes->uid, TURN_MAKE, OPEN_SECONDS, ret)
		     : -ENOMEM;

	if (r < 0) {
		free(lane);
		return r;
	}
	*lane = (struct lane){.lanes = lanes, .number = ++lanes->last_number, .opening = true};
	LIST_PUSH(lanes->first, lane, next);
	lanes->n++;
	(*ret)->context = lane;
	(*ret)->report = on_opened;
	(*ret)->done = on_open_done;
	(*ret)->ends_early = true;
	return 0;
}

void lane_open(struct lanes *lanes)
{
	struct operation *operation;
	struct failure failure;
	int r;

	forget_lost(lanes);
	if (check_limits(lanes, &failure)) {
		deny(lanes, &failure);
		return;
	}
	r = lane_new(lanes, &operation);
	if (r == 0) {
		r = operation_send(operation, TASK_LANE, NULL);
		/* this lane is the first in the list, and forget_lost() will free it */
		if (r < 0)
			lanes->first->opening = false;
	}
	if (r == 0)
		return;
	failure_from_errno(&failure, r, "open a lane for descriptors");
	deny(lanes, &failure);
}

int lane_end(struct lanes *lanes, struct wire_message *message)
{
	struct wire_lane wire;
	struct lane *lane;

	if (wire_decode(message, &wire_lane_layout, &wire) < 0)
		return -EBADMSG;
	lane = find(lanes, wire.number);
	/* no error for a number that was in use: forget_lost() may have freed the lane */
	if (!lane)
		return wire.number <= lanes->last_number ? 0 : -EBADMSG;
	if (lane->opening)
		return -EBADMSG;
	unlink_lane(lanes, lane);
	lane_free(lane);
	return 0;
}

void lanes_free(struct lanes *lanes)
{
	while (lanes->first) {
		struct lane *lane = lanes->first;

		lanes->first = lane->next;
		lane->lanes = NULL;
		if (!lane->opening)
			lane_free(lane);
	}
	lanes->n = 0;
}

/* --- requests --- */

int lane_claim(struct request *request, struct wire_message *message, struct task_processes *ret)
{
	const struct nlattr *position = NULL;
	struct wire_lane wire;
	struct lane *lane;
	int r = wire_next_item(message, WIRE_ITEM_LANE, &position, &wire_lane_layout, &wire);

	*ret = (struct task_processes){};
	if (r <= 0)
		return r;
	*ret = (struct task_processes){.processes = wire.processes, .pipes = wire.pipes};
	request->pipes = wire.pipes;
	request->lane = wire.number;
	lane = find(request->lanes, wire.number);
	/* forget_lost() may have freed the lane, whose worker was lost. The request goes on, but
	 * lane_operation() will fail. */
	if (!lane)
		return wire.number <= request->lanes->last_number ? 0 : -EBADMSG;
	if (lane->opening || lane->connection)
		return -EBADMSG;
	lane->connection = request->connection;
	lane->request = request->number;
	lane->spent = false;
	return 0;
}

void lane_release(const struct request *request)
{
	struct lane *lane = lane_of(request);

	if (!lane)
		return;
	if (lane->worker && !lane->spent)
		worker_drop(lane->worker, lane->connection, lane->request);
	/* The worker was lost, so tell the front that the lane is gone. If the worker hangs, its
	 * end of the lane is still open, and the front would not notice. */
	if (!lane->worker)
		take_away(lane->lanes, lane->number);
	lane->connection = lane->request = 0;
}

void lane_abandon(const struct request *request)
{
	const struct lane *lane = lane_of(request);

	if (!lane)
		return;
	take_away(lane->lanes, lane->number);
	lane_release(request);
}

bool lane_is_busy(const struct request *request)
{
	const struct lane *lane = lane_of(request);

	return lane && lane->worker && lane->worker->operation;
}

int lane_operation(const struct request *request, bool last, unsigned int seconds,
		   struct operation **ret)
{
	struct lane *lane = lane_of(request);
	int r;

	/* The worker was lost, so tell the front that the lane is gone. If the worker hangs, its
	 * end of the lane is still open, and the front would not notice. */
	if (lane && !lane->worker)
		take_away(lane->lanes, lane->number);
	if (!lane || !lane->worker)
		return -ECONNRESET;
	if (lane->worker->operation)
		return -EBUSY;
	r = operation_new_with(lane->worker, lane->lanes->uid, seconds, ret);
	if (r < 0)
		return r;
	(*ret)->connection = lane->connection;
	(*ret)->request = lane->request;
	(*ret)->last = last;
	lane->spent = last;
	return 0;
}

/* --- pidfds and pipes --- */

struct identification {
	struct request *request;
	lane_identified *done;
	void *context;
	struct lane_process processes[WIRE_FDS_MAX];
};

static void on_process(struct operation *operation, const struct task_report *report,
		       int fds[REPORT_FDS_MAX] _unused_)
{
	struct identification *identification = operation->context;

	if (report->event == REPORT_PROCESS && report->detail < WIRE_FDS_MAX)
		identification->processes[report->detail] = (struct lane_process){
			.pid = report->pid, .start = report->init_start, .error = report->error};
}

static void on_identified(struct operation *operation, const struct task_report *report)
{
	struct identification *identification = operation->context;
	bool found = report->step == STEP_NONE;
	struct failure failure = {};

	if (!found)
		task_error(report, &failure);
	identification->done(identification->request, identification->processes,
			     found ? NULL : &failure, identification->context);
	free(identification);
}

int lane_identify(struct request *request, const struct task_processes *task, lane_identified *done,
		  void *context)
{
	struct identification *identification = calloc(1, sizeof(*identification));
	struct operation *operation;
	int r = identification ? lane_operation(request, false, IDENTIFY_SECONDS, &operation)
			       : -ENOMEM;

	if (r == 0) {
		identification->request = request;
		identification->done = done;
		identification->context = context;
		operation->context = identification;
		operation->report = on_process;
		operation->done = on_identified;
		r = operation_send(operation, TASK_PROCESSES, task);
	}
	if (r < 0)
		free(identification);
	return r;
}
