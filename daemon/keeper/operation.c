/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include "daemon/keeper/log.h"
#include "daemon/keeper/manager.h"
#include "daemon/keeper/operation.h"
#include "daemon/keeper/worker.h"
#include "daemon/kernel/fault.h"
#include "daemon/kernel/spawn.h"

/* The spawner may have to wait for makers of a keeper before us. */
#define READY_SECONDS 40

static void unlink_operation(struct operation *operation)
{
	for (struct operation **at = &operation->keeper->operations; *at; at = &(*at)->next)
		if (*at == operation) {
			*at = operation->next;
			return;
		}
}

/* All but the worker. */
static void operation_free(struct operation *operation)
{
	unlink_operation(operation);
	if (operation->deadline)
		event_free(operation->deadline);
	free(operation);
}

static void finish(struct operation *operation, const struct task_report *report, bool worker_lives)
{
	struct worker *worker = operation->worker;

	/* first: what comes of it may want a worker */
	if (worker_lives)
		worker_give_back(worker);
	else
		worker_free(worker);
	operation->done(operation, report);
	operation_free(operation);
}

/* One report and the descriptors that may come along. -EAGAIN, -EPIPE at the end. */
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

	/* a worker that ends without having read its task may have said why before: that comes next
	 */
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
};

static void close_fds(int fds[REPORT_FDS_MAX])
{
	for (int i = 0; i < REPORT_FDS_MAX; i++)
		fds[i] = close_fd(fds[i]);
}

/* True: it was the last one. */
static bool take_report(struct operation *operation, const union report *report, size_t size,
			int fds[REPORT_FDS_MAX])
{
	if (size == sizeof(report->interface) && report->head.event == REPORT_INTERFACE) {
		if (operation->interface)
			operation->interface(operation, &report->interface);
	} else if (size == sizeof(report->report) && report->head.event == REPORT_DONE) {
		finish(operation, &report->report, true);
		return true;
	} else if (size == sizeof(report->report) && operation->report) {
		operation->report(operation, &report->report, fds);
	}
	/* the worker may still be busy for a moment: its next task waits in its channel */
	if (operation->ends_early) {
		finish(operation, &(struct task_report){.event = REPORT_DONE}, true);
		return true;
	}
	return false;
}

/* False: there is nothing more to read, or nobody who would. */
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
	else if (worker->operation && report.head.serial == worker->serial)
		more = !take_report(worker->operation, &report, size, fds);
	else
		/* of a task that it was done with: see struct task_report */
		more = true;
	close_fds(fds);
	return more;
}

static void on_worker(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	while (read_report(context))
		;
}

/* The worker is killed and not waited for: a process that it has started may hang in the kernel. */
static void on_deadline(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	static const struct task_report late = {
		.event = REPORT_DONE, .step = STEP_LATE, .error = ETIMEDOUT};
	struct operation *operation = context;

	worker_abort(operation->worker);
	finish(operation, &late, false);
}

int operation_new_with(struct keeper *keeper, struct worker *worker, unsigned int seconds,
		       struct operation **ret)
{
	struct operation *operation = calloc(1, sizeof(*operation));
	int r = -ENOMEM;

	if (!operation)
		return r;
	operation->keeper = keeper;
	operation->next = keeper->operations;
	keeper->operations = operation;
	operation->deadline = evtimer_new(keeper->loop, on_deadline, operation);
	operation->worker = worker;
	if (operation->deadline)
		r = worker ? 0 : worker_take(keeper, on_worker, &operation->worker);
	if (r < 0) {
		operation_free(operation);
		return r;
	}
	operation->worker->operation = operation;
	operation_set_deadline(operation, seconds);
	*ret = operation;
	return 0;
}

int operation_new(struct keeper *keeper, unsigned int seconds, struct operation **ret)
{
	return operation_new_with(keeper, NULL, seconds, ret);
}

void operation_set_deadline(struct operation *operation, unsigned int seconds)
{
	struct timeval time = {.tv_sec = seconds};

	evtimer_del(operation->deadline);
	if (seconds > 0)
		evtimer_add(operation->deadline, &time);
}

static int send_task(struct operation *operation, enum task_op op, const struct wire_layout *layout,
		     const void *task)
{
	struct worker *worker = operation->worker;
	struct wire_writer *writer = &worker->keeper->to_spawner;

	wire_begin(writer, op, operation->last ? TASK_LAST : 0, operation->request,
		   operation->connection);
	if (layout)
		wire_put(writer, layout, task);
	/* also of one that is not taken it may be said why: see worker_decline() */
	worker->serial++;
	return wire_send(writer, worker->fd);
}

static bool is_closed(int negative)
{
	return negative == -EPIPE || negative == -ECONNRESET;
}

/* An idle worker may have been killed meanwhile: then another one does it. A new one that takes
 * nothing could not be forked, which is there to be read. */
static int send_or_replace(struct operation *operation, enum task_op op,
			   const struct wire_layout *layout, const void *task)
{
	int r = send_task(operation, op, layout, task);

	/* a bound one is not replaced: it alone has the descriptors */
	while (is_closed(r) && operation->worker->rested && !operation->worker->bound) {
		worker_free(operation->worker);
		operation->worker = NULL;
		r = worker_take(operation->keeper, on_worker, &operation->worker);
		if (r < 0)
			return r;
		operation->worker->operation = operation;
		r = send_task(operation, op, layout, task);
	}
	return is_closed(r) && !operation->worker->bound ? 0 : r;
}

int operation_send(struct operation *operation, enum task_op op, const struct wire_layout *layout,
		   const void *task)
{
	int r = send_or_replace(operation, op, layout, task);

	if (r < 0) {
		worker_free(operation->worker);
		operation_free(operation);
	}
	return r;
}

/* The worker is lost by becoming the front: whether that lives, its own channel tells. */
static void on_front(struct operation *operation _unused_, const struct task_report *report)
{
	if (report->step == STEP_WORKER)
		log_line(LOG_ERR, &(struct log_fields){.error = report->error},
			 "no front can be started for a client: %s", strerror(report->error));
}

int operation_start_front(struct keeper *keeper, const struct task_front *task)
{
	struct operation *operation;
	int r = operation_new(keeper, 0, &operation);

	if (r < 0)
		return r;
	operation->done = on_front;
	return operation_send(operation, TASK_FRONT, &task_front_layout, task);
}

void operation_free_all(struct keeper *keeper)
{
	while (keeper->operations) {
		worker_free(keeper->operations->worker);
		operation_free(keeper->operations);
	}
	worker_free_idle(keeper);
	if (keeper->rest_event)
		event_free(keeper->rest_event);
	keeper->rest_event = NULL;
}

static void on_spawner(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct keeper *keeper = context;

	/* It says nothing after it is ready: it has ended, and nothing can be done without it. */
	log_error("the spawner has ended: so does the daemon; what runs goes on");
	event_base_loopbreak(keeper->loop);
}

static int take_ready(struct keeper *keeper)
{
	struct timeval limit = {.tv_sec = READY_SECONDS};
	struct wire_message message;
	struct task_ready ready;
	int r = wire_message_init(&message);

	if (r < 0)
		return r;
	setsockopt(keeper->spawner_fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	r = wire_receive(&message, keeper->spawner_fd);
	if (r == 1 && message.header->nlmsg_type == TASK_READY)
		r = wire_decode(&message, &task_ready_layout, &ready);
	else
		r = r < 0 ? r : -ECHILD;
	if (r == 0) {
		keeper->vault_fd = wire_take_fd(&message, ready.vault_fd);
		keeper->cgroup_fd = wire_take_fd(&message, ready.cgroup_fd);
		if (ready.vault_pinned)
			log_warning("%s/vault had been unmounted: pinned again", keeper->runtime);
		/* wire_message_done() closes it: the service manager has one of its own */
		manager_keep_vault(ready.vault_mnt_fd);
	}
	wire_message_done(&message);
	return r;
}

int operation_start_spawner(struct keeper *keeper)
{
	const struct spawn_place place = {
		.runtime = keeper->runtime,
		.cgroup = keeper->cgroup,
		.delegated = keeper->delegated,
		.vault_fd = keeper->kept_vault_fd,
		.init_uid = keeper->config->init_uid,
		.init_gid = keeper->config->init_gid,
	};
	struct spawn_programs programs;
	char why[SPAWN_WHY_SIZE];
	int r = spawn_find_programs(&programs, why);

	if (r < 0) {
		log_error("a helper cannot be used: %s", why);
		return r;
	}
	r = spawn_spawner(&programs, &place, &keeper->spawner_pid, &keeper->spawner_fd);
	keeper->kept_vault_fd = close_fd(keeper->kept_vault_fd);
	if (r == 0)
		r = take_ready(keeper);
	if (r < 0) {
		log_error("the spawner does not start: %s", strerror(-r));
		return r;
	}
	keeper->spawner_event =
		event_new(keeper->loop, keeper->spawner_fd, EV_READ, on_spawner, keeper);
	if (!keeper->spawner_event || event_add(keeper->spawner_event, NULL) < 0 ||
	    fcntl(keeper->spawner_fd, F_SETFL, O_NONBLOCK) < 0)
		return -ENOMEM;
	return 0;
}
