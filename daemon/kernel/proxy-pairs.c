/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The proxy's connections. */
#include <time.h>
#include "daemon/kernel/proxy.h"

#define PAIRS_MAX 256
/* If all pairs are in use, one that has passed on nothing for this time is closed for a new client.
 * Otherwise a user of the host could keep others out by connections that do nothing. */
#define IDLE_SECONDS 10
#define BUFFER_SIZE 16384

/* Bytes on their way from one side of a connection to the other. */
struct half {
	size_t begin, end;
	bool finished; /* the sender has sent everything */
	bool passed_on;
	char bytes[BUFFER_SIZE];
};

/* A connection: side 0 is the client, side 1 is in the set. */
struct pair {
	int fds[2]; /* -1: free */
	uint32_t watched[2];
	bool connecting;
	time_t used;	       /* something happened, by CLOCK_MONOTONIC */
	struct half halves[2]; /* halves[i] comes from side i */
};

static struct pair pairs[PAIRS_MAX];

static void close_pair(struct pair *pair)
{
	for (int side = 0; side < 2; side++) {
		pair->fds[side] = close_fd(pair->fds[side]);
		pair->watched[side] = 0;
	}
}

/* Resets the client's connection, because no server listens inside. */
static void refuse(struct pair *pair)
{
	const struct linger at_once = {.l_onoff = 1};

	(void)setsockopt(pair->fds[0], SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close_pair(pair);
}

static time_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

static struct pair *find_free(void)
{
	for (size_t i = 0; i < PAIRS_MAX; i++)
		if (pairs[i].fds[0] < 0)
			return &pairs[i];
	return NULL;
}

/* Returns the pair that has been idle for the longest time, if that is long enough, or NULL. */
static struct pair *find_idle(void)
{
	struct pair *oldest = NULL;

	for (size_t i = 0; i < PAIRS_MAX; i++)
		if (pairs[i].fds[0] >= 0 && (!oldest || pairs[i].used < oldest->used))
			oldest = &pairs[i];
	return oldest && oldest->used + IDLE_SECONDS <= now() ? oldest : NULL;
}

/* --- passing on --- */

/* Returns the events to wait for at this side of the pair. */
static uint32_t events_of(const struct pair *pair, int side)
{
	const struct half *in = &pair->halves[side], *out = &pair->halves[!side];
	uint32_t events = 0;

	if (pair->connecting)
		return side == 1 ? EPOLLOUT : 0;
	if (in->begin == in->end && !in->finished)
		events |= EPOLLIN;
	if (out->begin < out->end)
		events |= EPOLLOUT;
	return events;
}

static void watch(struct pair *pair)
{
	for (uint32_t side = 0; side < 2 && pair->fds[0] >= 0; side++) {
		const struct proxy_event event = {PROXY_PAIR, 2 * (uint32_t)(pair - pairs) + side};

		if (!proxy_wait_for(pair->fds[side], &pair->watched[side], events_of(pair, side),
				    event))
			close_pair(pair);
	}
}

/* Reads if there is room, writes if there is something. Returns false if the connection is
 * broken. */
static bool pass_on(struct half *half, int from_fd, int to_fd)
{
	ssize_t n;

	if (half->begin == half->end && !half->finished) {
		n = recv(from_fd, half->bytes, sizeof(half->bytes), 0);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		half->finished = n == 0;
		half->begin = 0;
		half->end = (size_t)n;
	}
	if (half->begin < half->end) {
		n = send(to_fd, half->bytes + half->begin, half->end - half->begin, MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		half->begin += (size_t)n;
	}
	if (half->finished && half->begin == half->end && !half->passed_on) {
		half->passed_on = true;
		(void)shutdown(to_fd, SHUT_WR);
	}
	return true;
}

static bool has_connected(struct pair *pair)
{
	int error = 0;
	socklen_t size = sizeof(error);

	pair->connecting = false;
	return getsockopt(pair->fds[1], SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

void proxy_pairs_go_on(uint32_t index)
{
	struct pair *pair = &pairs[index / 2];

	/* an earlier event of this turn may have closed it */
	if (pair->fds[0] < 0)
		return;
	pair->used = now();
	if (pair->connecting && !has_connected(pair))
		refuse(pair);
	else if (!pass_on(&pair->halves[0], pair->fds[0], pair->fds[1]) ||
		 !pass_on(&pair->halves[1], pair->fds[1], pair->fds[0]) ||
		 (pair->halves[0].passed_on && pair->halves[1].passed_on))
		close_pair(pair);
	watch(pair);
}

/* --- accepting --- */

static void begin_pair(const struct proxy *proxy, const struct proxy_port *port, struct pair *pair,
		       int fd)
{
	union proxy_address local = {};
	socklen_t size = sizeof(local);

	memset(pair->halves, 0, sizeof(pair->halves));
	pair->connecting = true;
	pair->used = now();
	pair->fds[0] = fd;
	if (getsockname(fd, &local.any, &size) == 0 && proxy_is_loopback(&local))
		pair->fds[1] = proxy_connect(proxy, port->port, local.any.sa_family, SOCK_STREAM);
	if (pair->fds[1] < 0)
		refuse(pair);
	watch(pair);
}

bool proxy_pairs_accept(const struct proxy *proxy, const struct proxy_port *port)
{
	struct pair *free = find_free(), *idle = find_idle();
	int fd = free || idle ? accept4(port->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK) : -1;
	bool is_short = fd < 0 && (free || idle) && is_shortage(negative_errno());

	if (idle && (is_short || (fd >= 0 && !free)))
		close_pair(idle);
	if (fd >= 0)
		begin_pair(proxy, port, free ? free : idle, fd);
	return !is_short;
}

bool proxy_pairs_have_room(void)
{
	return find_free() || find_idle();
}

void proxy_pairs_begin(void)
{
	for (size_t i = 0; i < PAIRS_MAX; i++)
		pairs[i].fds[0] = pairs[i].fds[1] = -1;
}
