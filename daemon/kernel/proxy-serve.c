/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The proxy's loop. One process serves all: what it cannot take at once waits in the kernel. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include "daemon/kernel/proxy.h"

#define PAIRS_MAX 256
/* When all pairs are in use, one that has passed nothing on for so long makes room. Otherwise any
 * user of the host could keep the others out, by connections that do nothing. */
#define IDLE_SECONDS 10
#define FLOWS_MAX 128
#define BUFFER_SIZE 16384
#define DATAGRAM_SIZE 65536

union address {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

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
	bool connecting;
	time_t used;	       /* something happened, by CLOCK_MONOTONIC */
	struct half halves[2]; /* halves[i] comes from side i */
};

/* A UDP client, as the set sees it. */
struct flow {
	int fd; /* -1: free */
	size_t port;
	union address client;
	socklen_t client_size;
	struct in_addr at; /* IPv4: the address of the host that it sends to */
	uint64_t used;	   /* a count: the least one was used longest ago */
};

static struct pair pairs[PAIRS_MAX];
static struct flow flows[FLOWS_MAX];
static uint64_t uses;

/* --- the set's side --- */

/* Connects to the set, by its address of the client's family, else by the other one. Returns a
 * descriptor or -errno. */
static int connect_inside(const struct proxy *proxy, const struct proxy_port *port, int family,
			  int type)
{
	const char *target = proxy->targets[family == AF_INET6 ? 1 : 0];
	union address address = {};
	_cleanup_fd_ int fd = -1;

	if (!target)
		target = proxy->targets[family == AF_INET6 ? 0 : 1];
	if (!target)
		return -EADDRNOTAVAIL;
	if (strchr(target, ':')) {
		address.six.sin6_family = AF_INET6;
		address.six.sin6_port = htons(port->port);
		inet_pton(AF_INET6, target, &address.six.sin6_addr);
	} else {
		address.four.sin_family = AF_INET;
		address.four.sin_port = htons(port->port);
		inet_pton(AF_INET, target, &address.four.sin_addr);
	}
	fd = socket(address.any.sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || (connect(fd, &address.any, sizeof(address)) < 0 && errno != EINPROGRESS))
		return negative_errno();
	return take_fd(&fd);
}

/* Returns true if a client has sent to a loopback address. Packets to other addresses are
 * translated; those that are not, because the firewall's table is missing, are not served. */
static bool is_loopback(const union address *address)
{
	return address->any.sa_family == AF_INET
		       ? ntohl(address->four.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET
		       : IN6_IS_ADDR_LOOPBACK(&address->six.sin6_addr);
}

/* --- TCP --- */

static void close_pair(struct pair *pair)
{
	pair->fds[0] = close_fd(pair->fds[0]);
	pair->fds[1] = close_fd(pair->fds[1]);
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

/* Returns a free pair, or else the one that has been idle for the longest time, if that is long
 * enough, or else NULL. */
static struct pair *find_room(void)
{
	struct pair *oldest = &pairs[0];

	for (size_t i = 0; i < PAIRS_MAX; i++) {
		if (pairs[i].fds[0] < 0)
			return &pairs[i];
		if (pairs[i].used < oldest->used)
			oldest = &pairs[i];
	}
	return oldest->used + IDLE_SECONDS <= now() ? oldest : NULL;
}

static void begin_pair(const struct proxy *proxy, const struct proxy_port *port)
{
	struct pair *pair = find_room();
	union address local = {};
	socklen_t size = sizeof(local);
	int fd = pair ? accept4(port->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK) : -1;

	if (fd < 0)
		return;
	close_pair(pair);
	memset(pair->halves, 0, sizeof(pair->halves));
	pair->connecting = true;
	pair->used = now();
	pair->fds[0] = fd;
	if (getsockname(fd, &local.any, &size) == 0 && is_loopback(&local))
		pair->fds[1] = connect_inside(proxy, port, local.any.sa_family, SOCK_STREAM);
	if (pair->fds[1] < 0)
		refuse(pair);
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

static void go_on(struct pair *pair, const struct pollfd at[2])
{
	if (!at[0].revents && !at[1].revents)
		return;
	pair->used = now();
	if (pair->connecting && at[1].revents && !has_connected(pair)) {
		refuse(pair);
		return;
	}
	if (pair->connecting)
		return;
	if (!pass_on(&pair->halves[0], pair->fds[0], pair->fds[1]) ||
	    !pass_on(&pair->halves[1], pair->fds[1], pair->fds[0]) ||
	    (pair->halves[0].passed_on && pair->halves[1].passed_on))
		close_pair(pair);
}

/* Returns the events to poll for at this side of the pair. */
static short events_of(const struct pair *pair, int side)
{
	const struct half *in = &pair->halves[side], *out = &pair->halves[!side];
	short events = 0;

	if (pair->connecting)
		return side == 1 ? POLLOUT : 0;
	if (in->begin == in->end && !in->finished)
		events |= POLLIN;
	if (out->begin < out->end)
		events |= POLLOUT;
	return events;
}

/* --- UDP --- */

/* Sends or receives a datagram, with the address of the host in IPv4: a client may send to any of
 * 127.0.0.0/8, and is answered from there. */
struct datagram {
	struct iovec data;
	struct msghdr message;
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	} control;
};

static void prepare(struct datagram *datagram, void *bytes, size_t size, union address *client,
		    socklen_t client_size)
{
	*datagram = (struct datagram){.data = {bytes, size}};
	datagram->message = (struct msghdr){
		.msg_name = client,
		.msg_namelen = client_size,
		.msg_iov = &datagram->data,
		.msg_iovlen = 1,
		.msg_control = &datagram->control,
		.msg_controllen = sizeof(datagram->control),
	};
}

/* Returns the address that the datagram was sent to. */
static union address address_of(struct msghdr *message)
{
	union address address = {};
	struct in6_pktinfo six;
	struct in_pktinfo four;

	for (struct cmsghdr *at = CMSG_FIRSTHDR(message); at; at = CMSG_NXTHDR(message, at)) {
		if (at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_PKTINFO) {
			memcpy(&four, CMSG_DATA(at), sizeof(four));
			address.four.sin_family = AF_INET;
			address.four.sin_addr = four.ipi_addr;
		} else if (at->cmsg_level == IPPROTO_IPV6 && at->cmsg_type == IPV6_PKTINFO) {
			memcpy(&six, CMSG_DATA(at), sizeof(six));
			address.six.sin6_family = AF_INET6;
			address.six.sin6_addr = six.ipi6_addr;
		}
	}
	return address;
}

/* Returns the client's flow, or the one that was used longest ago, which is ended. */
static struct flow *find_flow(size_t port, const union address *client, socklen_t size,
			      struct in_addr at)
{
	struct flow *oldest = &flows[0];

	for (size_t i = 0; i < FLOWS_MAX; i++) {
		struct flow *flow = &flows[i];

		if (flow->fd >= 0 && flow->port == port && flow->client_size == size &&
		    memcmp(&flow->client, client, size) == 0 && flow->at.s_addr == at.s_addr)
			return flow;
		if (flow->fd < 0 || (oldest->fd >= 0 && flow->used < oldest->used))
			oldest = flow;
	}
	oldest->fd = close_fd(oldest->fd);
	*oldest = (struct flow){.fd = -1, .port = port, .client_size = size, .at = at};
	memcpy(&oldest->client, client, size);
	return oldest;
}

static void pass_in(const struct proxy *proxy, size_t port)
{
	static char bytes[DATAGRAM_SIZE];
	union address client = {}, local;
	struct datagram datagram;
	struct flow *flow;
	ssize_t n;

	prepare(&datagram, bytes, sizeof(bytes), &client, sizeof(client));
	n = recvmsg(proxy->ports[port].fd, &datagram.message, 0);
	local = address_of(&datagram.message);
	if (n < 0 || !is_loopback(&local))
		return;
	flow = find_flow(port, &client, datagram.message.msg_namelen,
			 local.any.sa_family == AF_INET ? local.four.sin_addr : (struct in_addr){});
	if (flow->fd < 0)
		flow->fd = connect_inside(proxy, &proxy->ports[port], client.any.sa_family,
					  SOCK_DGRAM);
	flow->used = ++uses;
	if (flow->fd >= 0)
		(void)!send(flow->fd, bytes, (size_t)n, MSG_NOSIGNAL);
}

static void pass_out(const struct proxy *proxy, struct flow *flow)
{
	static char bytes[DATAGRAM_SIZE];
	const struct in_pktinfo info = {.ipi_spec_dst = flow->at};
	struct datagram datagram;
	ssize_t n = recv(flow->fd, bytes, sizeof(bytes), 0);

	/* no server listens inside; a later datagram may find one */
	if (n < 0)
		return;
	prepare(&datagram, bytes, (size_t)n, &flow->client, flow->client_size);
	if (flow->client.any.sa_family == AF_INET) {
		datagram.control.header.cmsg_level = IPPROTO_IP;
		datagram.control.header.cmsg_type = IP_PKTINFO;
		datagram.control.header.cmsg_len = CMSG_LEN(sizeof(info));
		datagram.message.msg_controllen = CMSG_SPACE(sizeof(info));
		memcpy(CMSG_DATA(&datagram.control.header), &info, sizeof(info));
	} else {
		datagram.message.msg_controllen = 0;
	}
	flow->used = ++uses;
	(void)!sendmsg(proxy->ports[flow->port].fd, &datagram.message, MSG_NOSIGNAL);
}

/* --- the loop --- */

static void begin(const struct proxy *proxy)
{
	const int on = 1;

	for (size_t i = 0; i < PAIRS_MAX; i++)
		pairs[i].fds[0] = pairs[i].fds[1] = -1;
	for (size_t i = 0; i < FLOWS_MAX; i++)
		flows[i].fd = -1;
	/* one of the two options fails, because a socket has one family */
	for (size_t i = 0; i < proxy->n_ports; i++)
		if (proxy->ports[i].udp) {
			int fd = proxy->ports[i].fd;

			(void)setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
			(void)setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
		}
}

/* Where the descriptors are in the list of poll(): the leash, ports, flows, pairs. */
#define PORTS_AT 1
#define FLOWS_AT (PORTS_AT + TASK_LISTENERS_MAX)
#define PAIRS_AT (FLOWS_AT + FLOWS_MAX)
#define POLLED_MAX (PAIRS_AT + 2 * PAIRS_MAX)

/* Fills in what to wait for. Returns true if there is room for a connection. */
static bool collect(const struct proxy *proxy, struct pollfd list[static POLLED_MAX])
{
	bool room = find_room() != NULL;

	for (size_t i = 0; i < POLLED_MAX; i++)
		list[i] = (struct pollfd){.fd = -1};
	list[0] = (struct pollfd){.fd = proxy->leash_fd, .events = POLLIN};
	for (size_t i = 0; i < proxy->n_ports; i++)
		if (room || proxy->ports[i].udp)
			list[PORTS_AT + i] =
				(struct pollfd){.fd = proxy->ports[i].fd, .events = POLLIN};
	for (size_t i = 0; i < FLOWS_MAX; i++)
		list[FLOWS_AT + i] = (struct pollfd){.fd = flows[i].fd, .events = POLLIN};
	for (size_t i = 0; i < PAIRS_MAX; i++)
		for (int side = 0; side < 2 && pairs[i].fds[0] >= 0; side++) {
			short events = events_of(&pairs[i], side);

			/* without events, poll() would report a hang-up again and again */
			list[PAIRS_AT + 2 * i + side] = (struct pollfd){
				.fd = events ? pairs[i].fds[side] : -1, .events = events};
		}
	return room;
}

void proxy_serve(const struct proxy *proxy)
{
	static struct pollfd list[POLLED_MAX];

	begin(proxy);
	for (;;) {
		bool room = collect(proxy, list);

		/* without room, an idle pair may make some */
		if (poll(list, POLLED_MAX, room ? -1 : 1000) < 0 && errno != EINTR)
			return;
		if (list[0].revents)
			return;
		for (size_t i = 0; i < PAIRS_MAX; i++)
			if (pairs[i].fds[0] >= 0)
				go_on(&pairs[i], &list[PAIRS_AT + 2 * i]);
		for (size_t i = 0; i < FLOWS_MAX; i++)
			if (list[FLOWS_AT + i].revents && flows[i].fd == list[FLOWS_AT + i].fd)
				pass_out(proxy, &flows[i]);
		for (size_t i = 0; i < proxy->n_ports; i++) {
			if (list[PORTS_AT + i].revents && proxy->ports[i].udp)
				pass_in(proxy, i);
			else if (list[PORTS_AT + i].revents)
				begin_pair(proxy, &proxy->ports[i]);
		}
	}
}
