/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/socket.h>
#include "daemon/keeper/workers/ending.h"
#include "daemon/keeper/workers/spawner-orders.h"
#include "daemon/keeper/workers/worker.h"
#include "daemon/wire/message.h"
#include "daemon/wire/task.h"

/* At most IDLE_MAX idle workers are kept. They all end when no worker has become idle for
 * IDLE_SECONDS. */
#define IDLE_MAX 4
#define IDLE_SECONDS 10

static struct {
	struct wire_writer writer; /* encodes one task at a time */
	struct worker *idle;	   /* list of the idle workers that are bound to no lane */
	size_t n_idle;
	struct event *rest; /* when it fires, all workers in the list end */
	uint32_t last;	    /* number of the newest worker */
} workers;

int worker_begin(void)
{
	return wire_writer_init(&workers.writer, WIRE_SIZE_MAX);
}

struct wire_writer *worker_writer(void)
{
	return &workers.writer;
}

static int order_fork(const struct worker *worker, int channel_fd)
{
	const struct task_fork task = {.channel_fd = channel_fd};

	return spawner_order(worker->keeper, TASK_FORK, worker->number, &task);
}

void worker_free(struct worker *worker)
{
	if (!worker)
		return;
	for (struct worker **at = &workers.idle; *at; at = &(*at)->next)
		if (*at == worker) {
			*at = worker->next;
			workers.n_idle--;
			break;
		}
	if (worker->holder)
		*worker->holder = NULL;
	free_event(worker->event);
	close_fd(worker->fd);
	free(worker);
}

void worker_bind(struct worker *worker, struct worker **holder, uid_t uid)
{
	worker->bound = true;
	worker->uid = uid;
	worker->holder = holder;
	*holder = worker;
}

/* Frees the keeper's side of a bound worker, so that its process ends. The process closes clients'
 * descriptors then, and may hang in that. So passes it to ending_add(). */
static void let_end(struct worker *worker)
{
	ending_add(worker->keeper, worker->number, -1, worker->uid, false);
	worker_free(worker);
}

void worker_release(struct worker *worker)
{
	*worker->holder = NULL;
	worker->holder = NULL;
	if (!worker->operation)
		let_end(worker);
}

void worker_drop(struct worker *worker, uint32_t connection, uint32_t request)
{
	wire_begin(&workers.writer, TASK_DROP, 0, request, connection);
	/* fails if the worker has ended: then its descriptors are closed */
	(void)wire_send(&workers.writer, worker->fd);
}

static int worker_new(struct keeper *keeper, event_callback_fn on_readable, struct worker **ret)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	int pair[2], r;

	if (!worker)
		return -ENOMEM;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
		r = negative_errno();
		free(worker);
		return r;
	}
	*worker = (struct worker){.keeper = keeper, .number = ++workers.last, .fd = pair[0]};
	worker->event = event_new(keeper->loop, pair[0], EV_READ | EV_PERSIST, on_readable, worker);
	if (!worker->event || event_add(worker->event, NULL) < 0)
		r = -ENOMEM;
	else
		r = fcntl(pair[0], F_SETFL, O_NONBLOCK) < 0 ? negative_errno() : 0;
	if (r == 0)
		r = order_fork(worker, pair[1]);
	close_fd(pair[1]);
	if (r < 0)
		worker_free(worker);
	else
		*ret = worker;
	return r;
}

int worker_take(struct keeper *keeper, event_callback_fn on_readable, struct worker **ret)
{
	struct worker *worker = workers.idle;

	if (!worker)
		return worker_new(keeper, on_readable, ret);
	workers.idle = worker->next;
	workers.n_idle--;
	worker->next = NULL;
	*ret = worker;
	return 0;
}

static void free_idle(void)
{
	while (workers.idle)
		worker_free(workers.idle);
}

static void on_rest(evutil_socket_t fd _unused_, short what _unused_, void *context _unused_)
{
	free_idle();
}

void worker_give_back(struct worker *worker)
{
	static const struct timeval rest = {.tv_sec = IDLE_SECONDS};

	worker->operation = NULL;
	worker->rested = true;
	if (worker->bound) {
		if (!worker->holder)
			let_end(worker);
		return;
	}
	if (!workers.rest)
		workers.rest = evtimer_new(worker->keeper->loop, on_rest, NULL);
	if (workers.n_idle >= IDLE_MAX || !workers.rest) {
		worker_free(worker);
		return;
	}
	worker->next = workers.idle;
	workers.idle = worker;
	workers.n_idle++;
	evtimer_add(workers.rest, &rest);
}

void worker_kill(struct worker *worker, uid_t uid)
{
	int channel_fd = take_fd(&worker->fd);

	free_event(worker->event);
	worker->event = NULL;
	ending_add(worker->keeper, worker->number, channel_fd, uid, true);
	worker_free(worker);
}

void worker_stop(void)
{
	free_idle();
	workers.rest = free_event(workers.rest);
	wire_writer_done(&workers.writer);
}
