/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include "daemon/keeper/log.h"
#include "daemon/keeper/manager.h"
#include "daemon/keeper/operation.h"
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

static void operation_free(struct operation *operation)
{
	unlink_operation(operation);
	if (operation->event)
		event_free(operation->event);
	if (operation->deadline)
		event_free(operation->deadline);
	close_fd(operation->report_fd);
	free(operation);
}

static void finish(struct operation *operation, const struct task_report *report)
{
	struct task_report last = *report;

	if (last.step == STEP_LOST && operation->timed_out)
		last.error = ETIMEDOUT;
	operation->done(operation, &last);
	operation_free(operation);
}

/* One report and the descriptor that may come along. -EAGAIN, -EPIPE at the end. */
static int receive(struct operation *operation, void *buffer, size_t size, size_t *ret_size,
		   int *ret_fd)
{
	struct iovec data = {buffer, size};
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.bytes),
	};
	ssize_t n = recvmsg(operation->report_fd, &message, MSG_CMSG_CLOEXEC);

	if (n < 0)
		return errno == EINTR ? -EAGAIN : negative_errno();
	if (n == 0)
		return -EPIPE;
	*ret_fd = -1;
	if (CMSG_FIRSTHDR(&message))
		memcpy(ret_fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
	*ret_size = n;
	return 0;
}

static void on_report(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct operation *operation = context;
	union {
		uint32_t event;
		struct task_report report;
		struct task_interface interface;
	} buffer;

	for (;;) {
		size_t size = 0;
		int report_fd = -1;
		int r = receive(operation, &buffer, sizeof(buffer), &size, &report_fd);

		if (r == -EAGAIN)
			return;
		if (r < 0) {
			finish(operation, &(struct task_report){
						  .event = REPORT_DONE,
						  .step = STEP_LOST,
						  .error = ECHILD,
					  });
			return;
		}
		if (size == sizeof(struct task_interface) && buffer.event == REPORT_INTERFACE) {
			if (operation->interface)
				operation->interface(operation, &buffer.interface);
		} else if (size == sizeof(struct task_report) && buffer.event == REPORT_DONE) {
			close_fd(report_fd);
			finish(operation, &buffer.report);
			return;
		} else if (size == sizeof(struct task_report) && operation->report) {
			operation->report(operation, &buffer.report, take_fd(&report_fd));
		}
		close_fd(report_fd);
	}
}

static void on_deadline(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct operation *operation = context;

	operation->timed_out = true;
	operation_abort(operation);
}

int operation_new(struct keeper *keeper, unsigned int seconds, struct operation **ret,
		  int *ret_task_fd)
{
	struct operation *operation = calloc(1, sizeof(*operation));
	int pair[2];

	if (!operation)
		return -ENOMEM;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		int r = negative_errno();

		free(operation);
		return r;
	}
	operation->keeper = keeper;
	operation->number = ++keeper->last_operation;
	operation->report_fd = pair[0];
	operation->next = keeper->operations;
	keeper->operations = operation;
	operation->event =
		event_new(keeper->loop, pair[0], EV_READ | EV_PERSIST, on_report, operation);
	operation->deadline = evtimer_new(keeper->loop, on_deadline, operation);
	if (!operation->event || !operation->deadline || event_add(operation->event, NULL) < 0 ||
	    fcntl(pair[0], F_SETFL, O_NONBLOCK) < 0) {
		close_fd(pair[1]);
		operation_free(operation);
		return -ENOMEM;
	}
	operation_set_deadline(operation, seconds);
	*ret = operation;
	*ret_task_fd = pair[1];
	return 0;
}

void operation_set_deadline(struct operation *operation, unsigned int seconds)
{
	struct timeval time = {.tv_sec = seconds};

	evtimer_del(operation->deadline);
	if (seconds > 0)
		evtimer_add(operation->deadline, &time);
}

int operation_send(struct operation *operation, enum task_op op, const struct wire_layout *layout,
		   const void *task)
{
	struct keeper *keeper = operation->keeper;
	int r;

	wire_begin(&keeper->to_spawner, op, 0, operation->number, 0);
	wire_put(&keeper->to_spawner, layout, task);
	r = wire_send(&keeper->to_spawner, keeper->spawner_fd);
	if (r < 0)
		operation_free(operation);
	return r;
}

void operation_abort(struct operation *operation)
{
	struct keeper *keeper = operation->keeper;

	wire_begin(&keeper->to_spawner, TASK_ABORT, 0, operation->number, 0);
	wire_send(&keeper->to_spawner, keeper->spawner_fd);
}

void operation_free_all(struct keeper *keeper)
{
	while (keeper->operations)
		operation_free(keeper->operations);
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
	int r = spawn_find_programs(&programs);

	if (r < 0) {
		log_error("cannot find nsctld-spawner, nsctld-front and nsctl-init: %s",
			  strerror(-r));
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
