/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/policy/task-error.h"
#include "daemon/keeper/request/audit.h"
#include "daemon/keeper/request/lane.h"
#include "daemon/keeper/set/capture.h"
#include "daemon/keeper/state/quota.h"
#include "daemon/keeper/workers/ending.h"
#include "daemon/kernel/fault.h"

/* Deadline for starting a capturer (see capture.h). */
#define START_SECONDS 20

struct capture {
	struct capture *next;
	struct keeper *keeper;
	struct request *request;     /* NULL: answered or dropped */
	struct operation *operation; /* starts the capturer; NULL: that is over */
	const struct set *set;	     /* NULL: the capture is over, so the set may be gone */
	uid_t uid;		     /* the user against whose limit the capture counts */
	char interface[INTERFACE_SIZE];
	int result_fd; /* the pipe's reading end */
	int pid_fd;    /* of the capturer; -1: not started yet */
	struct event *event;
};

static struct capture *captures;

/* --- the end --- */

/* Frees a capture whose request was answered or dropped. If the capturer is being started,
 * on_start_done() frees the capture later. If our end of the pipe were closed now, the capturer
 * would be killed before its report, and the worker would wait for the report until the
 * deadline. */
static void capture_free(struct capture *capture)
{
	if (capture->operation && !operation_take_back(capture->operation)) {
		capture->set = NULL;
		return;
	}
	LIST_DROP(captures, capture, next);
	free_event(capture->event);
	close_fd(capture->result_fd);
	/* the capturer has ended or is killed; if it hangs, it counts against its user
	 * (ending.h) */
	if (capture->pid_fd >= 0)
		ending_add_process(capture->keeper, capture->pid_fd, capture->uid);
	quota_add(capture->keeper, capture->uid, QUOTA_CAPTURES, -1);
	free(capture);
}

static void fail(struct capture *capture, const struct failure *failure)
{
	struct keeper *keeper = capture->keeper;
	struct request *request = take_ptr(capture->request);

	capture_free(capture);
	/* the capturer is still being started: the front must not use the lane again */
	if (lane_is_busy(request))
		lane_abandon(request);
	request_fail(keeper, request, failure);
}

static void on_connection_gone(struct keeper *keeper _unused_, struct request *request)
{
	struct capture *capture = request->holder;

	capture->request = NULL;
	capture_free(capture);
	lane_abandon(request);
	request_drop(request);
}

void capture_end_of(const struct set *set)
{
	struct capture *next;

	for (struct capture *capture = captures; capture; capture = next) {
		struct failure failure;

		next = capture->next;
		if (capture->set != set)
			continue;
		failure_set(&failure, ERROR_NOT_FOUND, 0, set_what(set), "%s", set_shown_name(set));
		fail(capture, &failure);
	}
}

static void answer(struct capture *capture, const struct wire_captured *wire)
{
	struct keeper *keeper = capture->keeper;

	request_begin(keeper, capture->request, wire->ended ? 0 : WIRE_CONTINUES);
	wire_put(keeper->to_front, &wire_captured_layout, wire);
	if (wire->ended)
		request_end(keeper, take_ptr(capture->request));
	else
		request_send(keeper, capture->request);
}

/* Called when the capturer has reported its result, or has ended without a report. */
static void on_result(evutil_socket_t fd, short what _unused_, void *context)
{
	static const struct task_report lost = {.step = STEP_LOST, .error = ECHILD};
	struct capture *capture = context;
	struct task_captured result;
	struct failure failure;

	if (read(fd, &result, sizeof(result)) != sizeof(result)) {
		task_error(&lost, &failure);
		fail(capture, &failure);
	} else if (result.error) {
		failure_from_errno(&failure, -result.error, "write the packets");
		fail(capture, &failure);
	} else {
		answer(capture, &(struct wire_captured){.ended = true,
							.packets = result.packets,
							.dropped = result.dropped});
		capture_free(capture);
	}
}

/* --- the beginning --- */

static void on_started(struct operation *operation, const struct task_report *report _unused_,
		       int fds[REPORT_FDS_MAX])
{
	struct capture *capture = operation->context;
	struct failure failure;

	capture->pid_fd = take_fd(&fds[0]);
	/* the client or the set has gone meanwhile */
	if (!capture->request)
		return;
	if (event_add(capture->event, NULL) < 0) {
		failure_from_errno(&failure, -ENOMEM, "capture packets");
		fail(capture, &failure);
		return;
	}
	answer(capture, &(struct wire_captured){.interface = capture->interface});
	audit_done(capture->request, NULL);
}

static void on_start_done(struct operation *operation, const struct task_report *report)
{
	static const struct task_report lost = {.step = STEP_LOST, .error = ECHILD};
	struct capture *capture = operation->context;
	struct failure failure;

	capture->operation = NULL;
	if (!capture->request) {
		capture_free(capture);
		return;
	}
	if (capture->pid_fd >= 0)
		return;
	task_error(report->step != STEP_NONE ? report : &lost, &failure);
	fail(capture, &failure);
}

/* Makes a capture and its pipe. The caller has counted the capture against the user's limit, and
 * closes *ret_fd, the writing end of the pipe. Returns NULL if there is no memory or no descriptor;
 * then the capture does not count any more. */
static struct capture *capture_new(struct keeper *keeper, const struct request *request,
				   const struct set *set, int *ret_fd)
{
	struct capture *capture = calloc(1, sizeof(*capture));
	int ends[2] = {-1, -1};

	if (!capture) {
		quota_add(keeper, request->subject.uid, QUOTA_CAPTURES, -1);
		return NULL;
	}
	*capture = (struct capture){
		.next = captures,
		.keeper = keeper,
		.set = set,
		.uid = request->subject.uid,
		.result_fd = -1,
		.pid_fd = -1,
	};
	captures = capture;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0) {
		capture->result_fd = ends[0];
		*ret_fd = ends[1];
		capture->event =
			event_new(keeper->loop, capture->result_fd, EV_READ, on_result, capture);
		capture->request = capture->event ? request_keep(request) : NULL;
	}
	if (capture->request)
		return capture;
	capture_free(capture);
	return NULL;
}

static int send_task(struct capture *capture, struct task_capture *task)
{
	char pin[KEY_SIZE + 12];
	int r = lane_operation(capture->request, true, START_SECONDS, &capture->operation);

	if (r < 0)
		return r;
	snprintf(pin, sizeof(pin), "%u/%s", capture->set->owner, capture->set->name);
	task->uid = capture->uid;
	task->pin = pin;
	capture->operation->context = capture;
	capture->operation->report = on_started;
	capture->operation->done = on_start_done;
	capture->operation->ends_early = true;
	r = operation_send(capture->operation, TASK_CAPTURE, task);
	if (r < 0)
		capture->operation = NULL;
	return r;
}

int capture_begin(struct keeper *keeper, const struct request *request,
		  const struct capture_place *place, const struct wire_capture *asked,
		  struct failure *failure)
{
	static struct task_capture task;
	struct capture *capture;
	_cleanup_fd_ int result_fd = -1;
	int r = quota_take(keeper, request->subject.uid, QUOTA_CAPTURES, failure);

	if (r)
		return r;
	capture = capture_new(keeper, request, place->set, &result_fd);
	if (!capture)
		return failure_from_errno(failure, -ENOMEM, "capture packets");
	memcpy(capture->interface, place->interface, sizeof(capture->interface));
	capture->request->gone = on_connection_gone;
	capture->request->holder = capture;
	wire_clear(&task_capture_layout, &task);
	task.interface = capture->interface;
	task.bridge = place->bridge;
	task.capture_fd = asked->capture_fd;
	task.stop_fd = asked->stop_fd;
	task.result_fd = result_fd;
	memcpy(task.filter, asked->filter, asked->n_filter * sizeof(*task.filter));
	task.n_filter = asked->n_filter;
	task.packets = asked->packets;
	r = send_task(capture, &task);
	if (r < 0) {
		failure_from_errno(failure, r, "capture packets");
		fail(capture, failure);
	}
	return 0;
}
