/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include "daemon/keeper/base/arrival-queue.h"
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/base/log.h"
#include "daemon/keeper/request/arrival.h"
#include "daemon/keeper/request/closer.h"
#include "daemon/keeper/request/connection.h"
#include "daemon/keeper/request/server.h"
#include "daemon/keeper/state/quota.h"

/*
 * Limits for one pass of the event loop: the time for accepting, the number of connections that are
 * accepted even if that takes longer, and the number of connections that are served (about 50 µs
 * each). Users take turns only between accepted connections, so more must be accepted than served.
 */
#define ACCEPT_MICROSECONDS 250
#define ACCEPTS_AT_LEAST 16
#define SERVES_AT_ONCE 2
/* Accepting pauses for this time after a pass of the loop in which a connection was fruitless: its
 * client had hung up, or it was refused. */
#define REST_MICROSECONDS 250
/* A flood begins when at least FLOOD_CONNECTIONS connections are fruitless in one pass of the loop.
 * It is over after CALM_MICROSECONDS without such a pass. */
#define FLOOD_CONNECTIONS 8
#define CALM_MICROSECONDS UINT64_C(1000000)
/* Length of the socket's queue during a flood. It is short, because other users' connections wait
 * behind those in it. */
#define FLOOD_BACKLOG 16
/* Accepting pauses for this time if descriptors or memory are short. */
#define SHORTAGE_MICROSECONDS 100000
/* Accepting pauses while this number of connections wait for their turn. */
#define WAITING_MAX 1024
/* Time between two complaints in the log that no connection can be accepted. */
#define COMPLAINT_MICROSECONDS UINT64_C(10000000)

struct arrivals {
	struct keeper *keeper;
	int socket_fd;
	struct event *accept, *serve, *rest;
	int rest_fd; /* a timerfd, because the loop's own timers count in milliseconds */
	bool resting;
	uint64_t flood_end;	 /* clock_boottime() when the flood will be over; 0: no flood */
	uint64_t next_complaint; /* clock_boottime() from which on complain() logs again */
};

/* --- serving --- */

/* Returns true if the client has hung up without a request. */
static bool is_abandoned(int fd)
{
	struct pollfd poll_fd = {.fd = fd};
	int unread = 0;

	return poll(&poll_fd, 1, 0) == 1 && poll_fd.revents & POLLHUP &&
	       ioctl(fd, FIONREAD, &unread) == 0 && unread == 0;
}

/* Serves the next connection, or closes it if its client has hung up. Returns false if none may be
 * served now. */
static bool serve_one(struct arrivals *arrivals)
{
	struct keeper *keeper = arrivals->keeper;
	uid_t uid;
	int fd = arrival_queue_pop(keeper->arrival_queue, clock_boottime(), &uid);

	if (fd < 0)
		return false;
	if (!is_abandoned(fd)) {
		server_serve(keeper, fd, uid);
		return true;
	}
	connection_count_fruitless(keeper, uid);
	quota_add(keeper, uid, QUOTA_CONNECTIONS, -1);
	closer_close(keeper, fd);
	return true;
}

/* Sets the timer that serves connections, so that other events come in between. A pending timer
 * stays as it is, because setting it again would postpone it. */
static void serve_soon(struct arrivals *arrivals)
{
	static const struct timeval at_once = {}, later = {.tv_usec = ARRIVAL_FORGIVE_MICROSECONDS};
	const struct arrival_queue *queue = arrivals->keeper->arrival_queue;
	bool may_serve = arrival_queue_may_pop(queue, clock_boottime());

	if (queue->n_waiting > 0 && !event_pending(arrivals->serve, EV_TIMEOUT, NULL) &&
	    event_add(arrivals->serve, may_serve ? &at_once : &later) < 0)
		log_error("cannot go on serving: %s", strerror(ENOMEM));
}

/* Stops accepting connections for this time. */
static void rest(struct arrivals *arrivals, long microseconds)
{
	const struct itimerspec time = {.it_value.tv_nsec = microseconds * 1000};

	/* stops only if the timer, which lets accepting go on, could be set */
	arrivals->resting = timerfd_settime(arrivals->rest_fd, 0, &time, NULL) == 0;
	if (arrivals->resting)
		event_del(arrivals->accept);
}

static void go_on(struct arrivals *arrivals)
{
	serve_soon(arrivals);
	if (arrivals->keeper->arrival_queue->n_waiting >= WAITING_MAX || arrivals->resting)
		return;
	/* if there is no memory, try again after a pause */
	if (event_add(arrivals->accept, NULL) < 0)
		rest(arrivals, SHORTAGE_MICROSECONDS);
}

static void on_serve(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct arrivals *arrivals = context;

	for (int i = 0; i < SERVES_AT_ONCE && serve_one(arrivals); i++)
		;
	arrival_queue_tidy(arrivals->keeper->arrival_queue, clock_boottime());
	go_on(arrivals);
}

/* --- accepting --- */

/* Queues an accepted connection, or refuses it. Takes fd. Returns false if the connection was
 * fruitless: its client has hung up, or it was refused. */
static bool arrive(struct arrivals *arrivals, int fd)
{
	struct keeper *keeper = arrivals->keeper;
	struct ucred credentials;
	socklen_t size = sizeof(credentials);
	struct failure failure;
	uid_t uid;
	int r;

	/* in a flood, a connection that its client has left ends here, after few system calls */
	if (is_abandoned(fd)) {
		closer_close(keeper, fd);
		return false;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0) {
		failure_from_errno(&failure, negative_errno(), "serve the connection");
		server_refuse(keeper, fd, (uid_t)-1, &failure);
		return false;
	}
	/* all uids of one user share the user's turn */
	uid = server_guess_owner(keeper, credentials.uid);
	if (quota_take(keeper, uid, QUOTA_CONNECTIONS, &failure)) {
		server_refuse(keeper, fd, uid, &failure);
		return false;
	}
	r = arrival_queue_push(keeper->arrival_queue, uid, fd);
	if (r < 0) {
		quota_add(keeper, uid, QUOTA_CONNECTIONS, -1);
		failure_from_errno(&failure, r, "serve the connection");
		server_refuse(keeper, fd, uid, &failure);
	}
	return r == 0;
}

static void on_rested(evutil_socket_t fd, short what _unused_, void *context)
{
	struct arrivals *arrivals = context;
	uint64_t n;

	if (read(fd, &n, sizeof(n)) < 0)
		return;
	arrivals->resting = false;
	go_on(arrivals);
}

static void complain(struct arrivals *arrivals, int error)
{
	uint64_t now = clock_boottime();

	if (now < arrivals->next_complaint)
		return;
	log_error("cannot accept a connection: %s", strerror(error));
	arrivals->next_complaint = now + COMPLAINT_MICROSECONDS;
}

/* Accepts connections, for ACCEPT_MICROSECONDS but at least ACCEPTS_AT_LEAST, as long as fewer than
 * WAITING_MAX wait. Returns the pause that must follow, in microseconds (0: none), and sets
 * *ret_fruitless to the number of fruitless connections. */
static long accept_some(struct arrivals *arrivals, unsigned int *ret_fruitless)
{
	uint64_t end = clock_boottime() + ACCEPT_MICROSECONDS;

	*ret_fruitless = 0;
	for (int n = 0; arrivals->keeper->arrival_queue->n_waiting < WAITING_MAX &&
			(n < ACCEPTS_AT_LEAST || clock_boottime() < end);
	     n++) {
		int fd = accept4(arrivals->socket_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM)) {
			/* The socket stays readable, and accept4() would fail again at once. So
			 * wait. */
			complain(arrivals, errno);
			return SHORTAGE_MICROSECONDS;
		}
		if (fd < 0)
			break;
		if (!arrive(arrivals, fd))
			++*ret_fruitless;
	}
	return *ret_fruitless > 0 ? REST_MICROSECONDS : 0;
}

/* Shortens the queue at the socket when a flood begins, and restores it when the flood is over.
 * flood: this pass of the loop had at least FLOOD_CONNECTIONS fruitless connections. */
static void fit_backlog(struct arrivals *arrivals, bool flood)
{
	uint64_t now = clock_boottime();

	if (flood && arrivals->flood_end == 0)
		(void)listen(arrivals->socket_fd, FLOOD_BACKLOG);
	if (flood) {
		arrivals->flood_end = now + CALM_MICROSECONDS;
	} else if (arrivals->flood_end != 0 && now >= arrivals->flood_end) {
		(void)listen(arrivals->socket_fd, SERVER_BACKLOG);
		arrivals->flood_end = 0;
	}
}

/* Accepts connections, and then pauses if some were fruitless. So a flood waits in the socket's
 * queue, where it costs the keeper nothing, and takes about half of the keeper's time. */
static void on_accept(evutil_socket_t fd _unused_, short what _unused_, void *context)
{
	struct arrivals *arrivals = context;
	struct keeper *keeper = arrivals->keeper;
	unsigned int fruitless;
	long pause;

	server_refresh_owners(keeper);
	pause = accept_some(arrivals, &fruitless);
	fit_backlog(arrivals, fruitless >= FLOOD_CONNECTIONS);
	if (pause > 0)
		rest(arrivals, pause);
	if (arrivals->keeper->arrival_queue->n_waiting >= WAITING_MAX)
		event_del(arrivals->accept);
	serve_soon(arrivals);
}

/* --- beginning and end --- */

static void free_arrivals(struct arrivals *arrivals)
{
	free_event(arrivals->accept);
	free_event(arrivals->serve);
	free_event(arrivals->rest);
	close_fd(arrivals->rest_fd);
	free(arrivals);
}

int arrival_start(struct keeper *keeper, int socket_fd)
{
	static struct arrival_queue queue;
	struct arrivals *arrivals = calloc(1, sizeof(*arrivals));

	if (!arrivals)
		return -ENOMEM;
	keeper->arrival_queue = &queue;
	arrivals->keeper = keeper;
	arrivals->socket_fd = socket_fd;
	arrivals->accept =
		event_new(keeper->loop, socket_fd, EV_READ | EV_PERSIST, on_accept, arrivals);
	arrivals->serve = evtimer_new(keeper->loop, on_serve, arrivals);
	arrivals->rest_fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	arrivals->rest = event_new(keeper->loop, arrivals->rest_fd, EV_READ | EV_PERSIST, on_rested,
				   arrivals);
	if (arrivals->rest_fd < 0 || !arrivals->accept || !arrivals->serve || !arrivals->rest ||
	    event_add(arrivals->rest, NULL) < 0 || event_add(arrivals->accept, NULL) < 0) {
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
	arrival_queue_forgive_all(keeper->arrival_queue);
	while (serve_one(arrivals))
		;
	arrival_queue_forgive_all(keeper->arrival_queue);
	arrival_queue_tidy(keeper->arrival_queue, clock_boottime());
	free_arrivals(arrivals);
	keeper->arrivals = NULL;
}
