/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/request/arrival.h"
#include "daemon/keeper/request/closer.h"
#include "daemon/keeper/request/connection.h"
#include "daemon/keeper/request/server.h"

/* In one pass of the loop: an accept costs a few microseconds, to serve one some fifty. */
#define ACCEPTS_AT_ONCE 8
#define SERVES_AT_ONCE 2
/* While so many wait for their turn no connection is accepted. */
#define WAITING_MAX 1024
/* Between two lines in the log that say the same. */
#define COMPLAINT_MICROSECONDS UINT64_C(10000000)

struct arrival {
	struct arrival *next;
	int fd;
};

/* One user's, the first to be served first. */
struct queue {
	struct queue *next;
	uid_t uid;
	struct arrival *first, **end;
};

struct arrivals {
	struct keeper *keeper;
	struct event *accept, *serve;
	struct queue *first, **end; /* the user whose turn it is, and those after */
	size_t n_waiting;
	bool pausing;
	uint64_t next_complaint; /* CLOCK_BOOTTIME */
};

/* --- queues --- */

static struct queue *find_queue(struct arrivals *arrivals, uid_t uid)
{
	struct queue *queue = arrivals->first;

	while (queue && queue->uid != uid)
		queue = queue->next;
	return queue;
}

static void append_queue(struct arrivals *arrivals, struct queue *queue)
{
	queue->next = NULL;
	*arrivals->end = queue;
	arrivals->end = &queue->next;
}

static int push(struct arrivals *arrivals, uid_t uid, int fd)
{
	struct queue *queue = find_queue(arrivals, uid);
	struct arrival *arrival = malloc(sizeof(*arrival));

	if (!queue) {
		queue = malloc(sizeof(*queue));
		if (queue) {
			*queue = (struct queue){.uid = uid, .end = &queue->first};
			append_queue(arrivals, queue);
		}
	}
	if (!queue || !arrival) {
		free(arrival);
		return -ENOMEM;
	}
	*arrival = (struct arrival){.fd = fd};
	*queue->end = arrival;
	queue->end = &arrival->next;
	arrivals->n_waiting++;
	return 0;
}

/* Takes the next connection of the user whose turn it is; that user's other connections wait until
 * all users have had their turn. Returns the socket, or -1 when no connection waits. */
static int pop(struct arrivals *arrivals, uid_t *ret_uid)
{
	struct queue *queue = arrivals->first;
	struct arrival *arrival = queue ? queue->first : NULL;
	int fd = -1;

	if (!queue)
		return -1;
	arrivals->first = queue->next;
	if (!arrivals->first)
		arrivals->end = &arrivals->first;
	*ret_uid = queue->uid;
	if (arrival) {
		queue->first = arrival->next;
		fd = arrival->fd;
		free(arrival);
		arrivals->n_waiting--;
	}
	if (queue->first)
		append_queue(arrivals, queue);
	else
		free(queue);
	return fd;
}

/* --- serving --- */

/* Returns true when the client has hung up without a request. */
static bool is_abandoned(int fd)
{
	struct pollfd poll_fd = {.fd = fd};
	int unread = 0;

	return poll(&poll_fd, 1, 0) == 1 && poll_fd.revents & POLLHUP &&
	       ioctl(fd, FIONREAD, &unread) == 0 && unread == 0;
}

static void serve_one(struct arrivals *arrivals)
{
	struct keeper *keeper = arrivals->keeper;
	uid_t uid;
	int fd = pop(arrivals, &uid);

	if (fd < 0)
		return;
	if (!is_abandoned(fd)) {
		server_serve(keeper, fd, uid);
		return;
	}
	connection_uncount(keeper, uid);
	closer_close(keeper, fd);
}

/* By the timer: what else is ready has its turn in between. One that is due already is left alone,
 * as setting it again would put it off. */
static void serve_soon(struct arrivals *arrivals)
{
	static const struct timeval now = {};

	if (arrivals->first && !event_pending(arrivals->serve, EV_TIMEOUT, NULL) &&
	    event_add(arrivals->serve, &now) < 0)
		log_error("cannot go on serving: %s", strerror(ENOMEM));
}

static void go_on(struct arrivals *arrivals)
{
	serve_soon(arrivals);
	if (arrivals->n_waiting < WAITING_MAX && !arrivals->pausing)
		event_add(arrivals->accept, NULL);
}

static void on_serve(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct arrivals *arrivals = context;

	for (int i = 0; i < SERVES_AT_ONCE; i++)
		serve_one(arrivals);
	go_on(arrivals);
}

/* --- accepting --- */

/* Takes fd. */
static void arrive(struct arrivals *arrivals, int fd)
{
	struct keeper *keeper = arrivals->keeper;
	struct ucred credentials;
	socklen_t size = sizeof(credentials);
	struct failure failure;
	uid_t uid;
	int r;

	/* most of a flood: it costs a few system calls */
	if (is_abandoned(fd)) {
		closer_close(keeper, fd);
		return;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0) {
		failure_from_errno(&failure, negative_errno(), "serve the connection");
		server_refuse(keeper, fd, (uid_t)-1, &failure);
		return;
	}
	/* all that one user stands behind has one turn */
	uid = server_guess_owner(keeper, credentials.uid);
	if (connection_count(keeper, uid, &failure)) {
		server_refuse(keeper, fd, uid, &failure);
		return;
	}
	r = push(arrivals, uid, fd);
	if (r < 0) {
		connection_uncount(keeper, uid);
		failure_from_errno(&failure, r, "serve the connection");
		server_refuse(keeper, fd, uid, &failure);
	}
}

static void on_pause_over(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct keeper *keeper = context;

	if (!keeper->arrivals)
		return;
	keeper->arrivals->pausing = false;
	go_on(keeper->arrivals);
}

/* For want of descriptors or memory: the socket would be readable at once again, for nothing. */
static void pause_accepting(struct arrivals *arrivals, int error)
{
	static const struct timeval pause = {.tv_usec = 100000};
	uint64_t now = clock_boottime();

	if (now >= arrivals->next_complaint) {
		log_error("cannot accept a connection: %s", strerror(error));
		arrivals->next_complaint = now + COMPLAINT_MICROSECONDS;
	}
	/* only if it is certain that a timer ends the pause */
	arrivals->pausing = event_base_once(arrivals->keeper->loop, -1, EV_TIMEOUT, on_pause_over,
					    arrivals->keeper, &pause) == 0;
	if (arrivals->pausing)
		event_del(arrivals->accept);
}

static void on_accept(evutil_socket_t listening, short what _unused_, void *context)
{
	struct arrivals *arrivals = context;
	struct keeper *keeper = arrivals->keeper;

	subid_owners_refresh(&keeper->subid_owners, keeper->config->subuid);
	for (int i = 0; i < ACCEPTS_AT_ONCE && arrivals->n_waiting < WAITING_MAX; i++) {
		int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
			pause_accepting(arrivals, errno);
		if (fd < 0)
			break;
		arrive(arrivals, fd);
	}
	if (arrivals->n_waiting >= WAITING_MAX)
		event_del(arrivals->accept);
	serve_soon(arrivals);
}

/* --- beginning and end --- */

static void free_arrivals(struct arrivals *arrivals)
{
	if (arrivals->accept)
		event_free(arrivals->accept);
	if (arrivals->serve)
		event_free(arrivals->serve);
	free(arrivals);
}

int arrival_start(struct keeper *keeper)
{
	struct arrivals *arrivals = calloc(1, sizeof(*arrivals));

	if (!arrivals)
		return -ENOMEM;
	arrivals->keeper = keeper;
	arrivals->end = &arrivals->first;
	arrivals->accept = event_new(keeper->loop, keeper->socket_fd, EV_READ | EV_PERSIST,
				     on_accept, arrivals);
	arrivals->serve = evtimer_new(keeper->loop, on_serve, arrivals);
	if (!arrivals->accept || !arrivals->serve || event_add(arrivals->accept, NULL) < 0) {
		free_arrivals(arrivals);
		return -ENOMEM;
	}
	keeper->arrivals = arrivals;
	return 0;
}

void arrival_stop(struct keeper *keeper)
{
	struct arrivals *arrivals = keeper->arrivals;

	if (!arrivals)
		return;
	while (arrivals->first)
		serve_one(arrivals);
	free_arrivals(arrivals);
	keeper->arrivals = NULL;
}
