/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include <sys/socket.h>
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/workers/ending.h"
#include "daemon/keeper/workers/operation.h"
#include "daemon/keeper/workers/worker.h"
#include "daemon/kernel/fault.h"
#include "daemon/wire/message.h"
#include "daemon/wire/parcel.h"

/* Length of a turn. An operation that takes longer probably waits for something, and needs no
 * processor meanwhile. So the next one may start. */
#define TURN_SECONDS 1
/* A user may run as many operations of each kind at a time as there are processors, but at least
 * EACH_MIN and at most EACH_MAX. All users together may run ALL_FACTOR times that number, counting
 * both kinds. Beyond that, a user who runs none of a kind may run one (turns.h). */
#define EACH_MIN 2
#define EACH_MAX 16
#define ALL_FACTOR 4
/* For this time after an operation of another user than the last, each user's limit is half: see
 * share(). */
#define SHARING_MICROSECONDS UINT64_C(1000000)

static struct operation *first;
static struct turns turns;

/* How several users share the processors: see share(). */
static struct {
	uid_t last; /* user of the last operation that asked for a turn; -1: none */
	/* until this time, each user's limit of operations is half of alone_max; CLOCK_BOOTTIME,
	 * microseconds */
	uint64_t until;
	size_t alone_max; /* each user's limit of operations, of each kind, at other times */
} sharing;

static void unlink_operation(struct operation *operation)
{
	for (struct operation **at = &first; *at; at = &(*at)->next)
		if (*at == operation) {
			*at = operation->next;
			return;
		}
}

/* Frees the operation, but not its worker. */
static void operation_free(struct operation *operation)
{
	unlink_operation(operation);
	turns_leave(&turns, &operation->turn);
	wire_parcel_free(operation->parcel);
	free_event(operation->timer);
	free(operation);
}

static void send_next(void);

/* Calls done(), and frees the operation. The caller has given back or freed its worker. */
static void conclude(struct operation *operation, const struct task_report *report)
{
	operation->done(operation, report);
	operation_free(operation);
	send_next();
}

static void finish(struct operation *operation, const struct task_report *report, bool worker_lives)
{
	struct worker *worker = operation->worker;

	/* the worker is given back first, because done() may need one */
	if (worker_lives)
		worker_give_back(worker);
	else
		worker_free(worker);
	conclude(operation, report);
}

/* Receives a report and its descriptors. The caller sets all of ret_fds to -1 before. Returns 0,
 * -EAGAIN (no report yet), -EPIPE at end-of-file, or another -errno. */
static int receive(int report_fd, void *buffer, size_t size, size_t *ret_size,
		   int ret_fds[REPORT_FDS_MAX])
{
	struct iovec data = {buffer, size};
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int) * REPORT_FDS_MAX)];
	} control;
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.bytes),
	};
	ssize_t n = recvmsg(report_fd, &message, MSG_CMSG_CLOEXEC);
	const struct cmsghdr *header = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;

	/* ECONNRESET: the worker has ended without reading its task. Reading goes on: a
	 * report with the reason may come next, or the end-of-file. */
	if (n < 0)
		return errno == EINTR || errno == ECONNRESET ? -EAGAIN : negative_errno();
	if (n == 0)
		return -EPIPE;
	if (header)
		memcpy(ret_fds, CMSG_DATA(header),
		       MIN(header->cmsg_len - CMSG_LEN(0), sizeof(int) * REPORT_FDS_MAX));
	*ret_size = n;
	return 0;
}

union report {
	struct {
		uint32_t event, serial;
	} head;
	struct task_report report;
	struct task_interface interface;
	struct task_refusals refusals;
};

static void close_fds(int fds[REPORT_FDS_MAX])
{
	for (int i = 0; i < REPORT_FDS_MAX; i++)
		fds[i] = close_fd(fds[i]);
}

/* Handles a report. Returns true if it was the operation's last: then the operation has been freed,
 * and perhaps its worker. */
static bool take_report(struct operation *operation, const union report *report, size_t size,
			int fds[REPORT_FDS_MAX])
{
	if (size == sizeof(report->interface) && report->head.event == REPORT_INTERFACE) {
		if (operation->interface)
			operation->interface(operation, &report->interface);
	} else if (size == sizeof(report->refusals) && report->head.event == REPORT_REFUSED) {
		if (operation->refused)
			operation->refused(operation, &report->refusals);
	} else if (size == sizeof(report->report) && report->head.event == REPORT_DONE) {
		finish(operation, &report->report, true);
		return true;
	} else if (size == sizeof(report->report) && operation->report) {
		operation->report(operation, &report->report, fds);
	}
	/* the worker may still be busy for a moment; if it gets another task, that waits in the
	 * channel */
	if (operation->ends_early) {
		finish(operation, &(struct task_report){.event = REPORT_DONE}, true);
		return true;
	}
	return false;
}

/* Reads and handles one report. Returns false if there was none, or if the worker or the
 * operation has been freed. */
static bool read_report(struct worker *worker)
{
	static const struct task_report lost = {
		.event = REPORT_DONE, .step = STEP_LOST, .error = ECHILD};
	union report report;
	int fds[REPORT_FDS_MAX] = {-1, -1};
	size_t size = 0;
	int r = receive(worker->fd, &report, sizeof(report), &size, fds);
	bool more = false;

	if (r == -EAGAIN)
		return false;
	if (r < 0 && worker->operation)
		finish(worker->operation, &lost, false);
	else if (r < 0)
		worker_free(worker);
	else if (worker->operation && !worker->operation->parcel &&
		 report.head.serial == worker->serial)
		more = !take_report(worker->operation, &report, size, fds);
	else
		/* a late report about an earlier task (see struct task_report); it is ignored */
		more = true;
	close_fds(fds);
	return more;
}

static void on_worker(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	while (read_report(context))
		;
}

/* --- sending --- */

/* Called when the operation's timer fires. If the operation has a turn, ends the turn, and sets the
 * timer to the deadline. Otherwise the deadline has passed: kills the worker without waiting for
 * it, because it may hang in the kernel, and ends the operation. */
static void on_turn_or_deadline(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	static const struct task_report late = {
		.event = REPORT_DONE, .step = STEP_LATE, .error = ETIMEDOUT};
	struct operation *operation = context;
	struct timeval rest = {.tv_sec = operation->seconds};

	if (!operation->turn.queue) {
		worker_kill(operation->worker, operation->uid);
		conclude(operation, &late);
		return;
	}
	turns_leave(&turns, &operation->turn);
	evutil_timersub(&rest, &operation->turn_time, &rest);
	if (operation->seconds > 0)
		evtimer_add(operation->timer, &rest);
	send_next();
}

/* Takes an idle or a new worker for the operation. Returns 0 or -errno. */
static int take_worker(struct operation *operation)
{
	int r = worker_take(operation->keeper, on_worker, &operation->worker);

	if (r == 0)
		operation->worker->operation = operation;
	return r;
}

static int send_task(struct worker *worker, struct wire_writer *task)
{
	/* Increased even if sending fails. If a new worker could not be forked, the spawner has
	 * already reported that its task 1 has failed, and read_report() looks for this number. */
	worker->serial++;
	return wire_send(task, worker->fd);
}

static bool is_closed(int negative)
{
	return negative == -EPIPE || negative == -ECONNRESET;
}

/*
 * Sends the task to the operation's worker or, if it has none, to an idle or new one. If a worker
 * that was idle has ended, replaces it by another. Returns 0 or -errno.
 *
 * If a new worker's channel is closed, the fork has failed, and a report about that waits in the
 * channel. Returns 0 then, too: read_report() reads the report and ends the operation.
 */
static int send_or_replace(struct operation *operation, struct wire_writer *task)
{
	int r = operation->worker ? 0 : take_worker(operation);

	if (r == 0)
		r = send_task(operation->worker, task);
	/* a bound worker cannot be replaced: no other worker gets its clients' descriptors */
	while (is_closed(r) && operation->worker && operation->worker->rested &&
	       !operation->worker->bound) {
		worker_free(operation->worker);
		operation->worker = NULL;
		r = take_worker(operation);
		if (r == 0)
			r = send_task(operation->worker, task);
	}
	/* without a worker, r is the error of take_worker(), for instance if the spawner has
	 * ended */
	return is_closed(r) && operation->worker && !operation->worker->bound ? 0 : r;
}

/* Sends the task, and starts the timer of the turn or the deadline. Returns 0 or -errno. */
static int start(struct operation *operation, struct wire_writer *task)
{
	const struct timeval deadline = {.tv_sec = operation->seconds};
	int r = send_or_replace(operation, task);

	if (r < 0)
		return r;
	if (operation->turn.queue)
		evtimer_add(operation->timer, &operation->turn_time);
	else if (operation->seconds > 0)
		evtimer_add(operation->timer, &deadline);
	return 0;
}

/* Ends an operation whose task could not be sent when its turn had come. negative: -errno. */
static void give_up(struct operation *operation, int negative)
{
	const struct task_report report = {
		.event = REPORT_DONE, .step = STEP_WORKER, .error = -negative};

	worker_free(operation->worker);
	operation->done(operation, &report);
	operation_free(operation);
}

static void send_next(void)
{
	struct turn *turn;

	while ((turn = turns_next(&turns))) {
		struct operation *operation = container_of(turn, struct operation, turn);
		int r = start(operation, operation->parcel);

		operation->parcel = wire_parcel_free(operation->parcel);
		if (r < 0)
			give_up(operation, r);
	}
}

/* Sets each user's limit of operations, turns.each_max, when uid asks for a turn. The limit is
 * sharing.alone_max, or half of it while several users ask for turns. With the whole limit, an
 * operation would have to wait for, and share the processors with, too many of another user. */
static void share(uid_t uid)
{
	uint64_t now = clock_boottime();

	if (sharing.last != uid && sharing.last != (uid_t)-1)
		sharing.until = now + SHARING_MICROSECONDS;
	sharing.last = uid;
	turns.each_max = now < sharing.until ? MAX(sharing.alone_max / 2, 1U) : sharing.alone_max;
}

/* Asks for the operation's turn, unless it takes none. Returns 1 if the task can be sent now; 0 if
 * the operation waits, with a copy of the task; or -errno. */
static int take_turn(struct operation *operation, const struct wire_writer *task)
{
	int r;

	if (operation->at_once)
		return 1;
	share(operation->uid);
	r = turns_enter(&turns, &operation->turn, operation->uid, operation->kind);
	return r == 0 ? wire_parcel_new(task, &operation->parcel) : r;
}

int operation_send(struct operation *operation, enum task_op op, const void *task)
{
	struct wire_writer *writer = worker_writer();
	int r;

	wire_begin(writer, op, operation->last ? TASK_LAST : 0, operation->request,
		   operation->connection);
	if (task)
		wire_put(writer, task_layouts[op], task);
	r = take_turn(operation, writer);
	if (r > 0)
		r = start(operation, writer);
	if (r < 0) {
		worker_free(operation->worker);
		operation_free(operation);
	}
	return r;
}

bool operation_take_back(struct operation *operation)
{
	struct worker *worker = operation->worker;

	if (!operation->parcel)
		return false;
	if (worker && operation->last)
		worker_drop(worker, operation->connection, operation->request);
	if (worker)
		worker_give_back(worker);
	operation_free(operation);
	return true;
}

/* --- new operations --- */

int operation_new_own(struct keeper *keeper, unsigned int seconds, struct operation **ret)
{
	struct operation *operation = calloc(1, sizeof(*operation));

	if (!operation)
		return -ENOMEM;
	operation->keeper = keeper;
	operation->at_once = true;
	operation->seconds = seconds;
	operation->next = first;
	first = operation;
	operation->timer = evtimer_new(keeper->loop, on_turn_or_deadline, operation);
	if (!operation->timer) {
		operation_free(operation);
		return -ENOMEM;
	}
	*ret = operation;
	return 0;
}

int operation_new(struct keeper *keeper, uid_t uid, enum turn_kind kind, unsigned int seconds,
		  struct operation **ret)
{
	int r = operation_new_own(keeper, seconds, ret);

	if (r < 0)
		return r;
	(*ret)->at_once = false;
	(*ret)->uid = uid;
	(*ret)->kind = kind;
	(*ret)->turn_time.tv_sec = TURN_SECONDS;
	return 0;
}

int operation_new_with(struct worker *worker, uid_t uid, unsigned int seconds,
		       struct operation **ret)
{
	int r = operation_new(worker->keeper, uid, TURN_MAKE, seconds, ret);

	if (r < 0)
		return r;
	(*ret)->worker = worker;
	worker->operation = *ret;
	return 0;
}

/* Called when a worker that should become a front (operation->context is NULL) or a resolver has
 * closed its channel, or could not be forked. Logs that no worker could be forked. Any other report
 * is STEP_LOST, about the closed channel. It means that the worker has become the program or, which
 * is not logged here, has died before. */
static void on_program(struct operation *operation, const struct task_report *report)
{
	const struct log_fields fields = {
		.has_uid = true, .uid = operation->uid, .error = report->error};

	if (report->step != STEP_WORKER)
		return;
	if (operation->context)
		log_by_user("resolvers not started", LOG_ERR, &fields,
			    "no resolver can be started for lists of names: %s",
			    strerror(report->error));
	else
		log_by_user("fronts not started", LOG_ERR, &fields,
			    "no front can be started for a client: %s", strerror(report->error));
}

static int start_program(struct keeper *keeper, uid_t uid, enum task_op op, const void *task,
			 uint32_t *ret_number)
{
	static bool resolver;
	struct operation *operation;
	int r = operation_new_own(keeper, 0, &operation);

	if (r < 0)
		return r;
	operation->uid = uid;
	operation->done = on_program;
	operation->context = op == TASK_ANSWER ? &resolver : NULL;
	r = operation_send(operation, op, task);
	if (r == 0)
		*ret_number = operation->worker->number;
	return r;
}

int operation_start_front(struct keeper *keeper, const struct task_front *task,
			  uint32_t *ret_number)
{
	return start_program(keeper, task->identity.uid, TASK_FRONT, task, ret_number);
}

int operation_start_resolver(struct keeper *keeper, uid_t uid, const struct task_answer *task,
			     uint32_t *ret_number)
{
	return start_program(keeper, uid, TASK_ANSWER, task, ret_number);
}

size_t operation_count(void)
{
	size_t n = 0;

	for (const struct operation *at = first; at; at = at->next)
		n++;
	return n;
}

void operation_stop(void)
{
	while (first) {
		worker_free(first->worker);
		operation_free(first);
	}
	worker_stop();
	ending_stop();
}

int operation_begin(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t each = MIN(MAX(processors, EACH_MIN), EACH_MAX);

	sharing.last = (uid_t)-1;
	sharing.alone_max = turns.each_max = each;
	turns.all_max = each * ALL_FACTOR;
	return worker_begin();
}
