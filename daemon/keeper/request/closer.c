/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/request/closer.h"
#include "daemon/keeper/workers/operation.h"
#include "daemon/wire/layout.h"
#include "daemon/wire/message.h"

/* Deadline for starting the closer, which begins as a worker. */
#define START_SECONDS 20
/* A closer that has nothing to do for this time is ended. */
static const struct timeval rest = {.tv_sec = 10};
/* Pause before the next attempt if the closer's channel is full, or if it could not be started. */
static const struct timeval again = {.tv_usec = 50000};

static struct closer {
	int fd; /* channel to the closer; -1: there is none */
	bool starting;
	int *waiting; /* connections that wait for the closer */
	size_t n, size;
	struct event *event;
} closer = {.fd = -1};

/* Returns true if the queue of a connection that was shut down is empty. Then it has no descriptors
 * either: SIOCINQ counts bytes, and descriptors travel with at least one byte (docs/kernel.md,
 * 21). */
static bool is_empty(int socket_fd)
{
	int bytes = 0;

	return ioctl(socket_fd, SIOCINQ, &bytes) == 0 && bytes == 0;
}

/* Passes one connection to the closer. Returns 0, -EAGAIN if its channel is full, or another
 * -errno. The caller still has to close socket_fd. */
static int pass_on(struct keeper *keeper, int socket_fd)
{
	const struct wire_connection wire = {.socket_fd = socket_fd};

	wire_begin(keeper->to_front, WIRE_CLOSED, 0, 0, 0);
	wire_put(keeper->to_front, &wire_connection_layout, &wire);
	return wire_send(keeper->to_front, closer.fd);
}

static void let_go(void)
{
	closer.fd = close_fd(closer.fd);
}

static void on_event(evutil_socket_t fd, short what, void *context);

static void look_again(struct keeper *keeper, const struct timeval *after)
{
	if (!closer.event)
		closer.event = evtimer_new(keeper->loop, on_event, keeper);
	/* if there is no memory, the next connection for the closer tries again */
	if (closer.event)
		evtimer_add(closer.event, after);
}

/* Passes waiting connections to the closer, until its channel is full or fails. */
static void flush(struct keeper *keeper)
{
	size_t n = 0;
	int r = 0;

	while (n < closer.n && (r = pass_on(keeper, closer.waiting[n])) == 0)
		/* The closer has a copy now. It empties the connection's queue before it closes
		 * that copy, so the queue is empty if this close() is the last one. */
		close_fd(closer.waiting[n++]);
	closer.n -= n;
	memmove(closer.waiting, closer.waiting + n, closer.n * sizeof(*closer.waiting));
	if (r < 0 && r != -EAGAIN)
		let_go();
	look_again(keeper, closer.n > 0 ? &again : &rest);
}

static void on_started(struct operation *operation, const struct task_report *report _unused_,
		       int fds[REPORT_FDS_MAX])
{
	struct keeper *keeper = operation->keeper;

	closer.fd = take_fd(&fds[0]);
	if (closer.fd >= 0 && fcntl(closer.fd, F_SETFL, O_NONBLOCK) == 0)
		flush(keeper);
}

static void on_used_up(struct operation *operation, const struct task_report *report _unused_)
{
	struct keeper *keeper = operation->keeper;

	closer.starting = false;
	if (closer.fd < 0)
		look_again(keeper, &again);
}

static void start(struct keeper *keeper)
{
	struct operation *operation;

	if (closer.starting)
		return;
	if (operation_new_own(keeper, START_SECONDS, &operation) < 0) {
		look_again(keeper, &again);
		return;
	}
	operation->report = on_started;
	operation->done = on_used_up;
	closer.starting = operation_send(operation, TASK_CLOSER, NULL) == 0;
	if (!closer.starting)
		look_again(keeper, &again);
}

static void on_event(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct keeper *keeper = context;
	if (closer.n == 0)
		let_go();
	else if (closer.fd < 0)
		start(keeper);
	else
		flush(keeper);
}

/* Adds a connection to those that wait for the closer. Returns false if there is no memory. */
static bool keep(int socket_fd)
{
	if (closer.n == closer.size) {
		size_t size = closer.size ? 2 * closer.size : 16;
		int *more = realloc(closer.waiting, size * sizeof(*more));

		if (!more)
			return false;
		closer.waiting = more;
		closer.size = size;
	}
	closer.waiting[closer.n++] = socket_fd;
	return true;
}

void closer_close(struct keeper *keeper, int socket_fd)
{
	if (socket_fd < 0)
		return;
	shutdown(socket_fd, SHUT_RDWR);
	if (is_empty(socket_fd)) {
		close_fd(socket_fd);
		return;
	}
	keeper->counters.left_to_closer++;
	/* without memory, the connection stays open: a lost descriptor is better than a keeper that
	 * hangs */
	if (!keep(socket_fd))
		log_error("a connection stays open: %s", strerror(ENOMEM));
	else if (closer.fd >= 0)
		flush(keeper);
	else
		start(keeper);
}

void closer_stop(void)
{
	/* the kernel closes waiting connections when the process ends */
	free(closer.waiting);
	free_event(closer.event);
	let_go();
	closer = (struct closer){.fd = -1};
}
