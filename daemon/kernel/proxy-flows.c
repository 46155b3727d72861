/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The proxy's datagrams. A flow is a client with a socket of its own in the set, by which the
 * answers come back. When the table is full, the user of the host who has the most flows loses the
 * one that was used longest ago. So no user can end the flows of others by sending from many ports.
 */
#include "daemon/kernel/proxy.h"

#define FLOWS_MAX 1024
#define DATAGRAM_SIZE 65536

struct user {
	uid_t uid;
	size_t n; /* flows; 0: this entry is free */
};

struct flow {
	int fd; /* -1: free */
	uint32_t watched;
	struct user *user;
	uint32_t port;
	union proxy_address client;
	socklen_t client_size;
	struct in_addr at; /* IPv4: the address of the host that it sends to */
	uint64_t used;	   /* a count: the least one was used longest ago */
};

static struct flow flows[FLOWS_MAX];
static struct user users[FLOWS_MAX];
static uint64_t uses;

/* --- messages --- */

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

static void prepare(struct datagram *datagram, void *bytes, size_t size,
		    union proxy_address *client, socklen_t client_size)
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

/* Returns the address that the datagram was sent to, without its port. */
static union proxy_address address_of(struct msghdr *message)
{
	union proxy_address address = {};
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

/* --- flows --- */

static void end_flow(struct flow *flow)
{
	flow->fd = close_fd(flow->fd);
	flow->watched = 0;
	flow->user->n--;
}

/* Returns true if flow a should be ended before flow b to make room for a new one. */
static bool goes_before(const struct flow *a, const struct flow *b)
{
	return a->user->n != b->user->n ? a->user->n > b->user->n : a->used < b->used;
}

/* Ends a flow. Returns its place, or NULL if there is no flow. */
static struct flow *make_room(void)
{
	struct flow *first = NULL;

	for (size_t i = 0; i < FLOWS_MAX; i++)
		if (flows[i].fd >= 0 && (!first || goes_before(&flows[i], first)))
			first = &flows[i];
	if (first)
		end_flow(first);
	return first;
}

static struct flow *find_free(void)
{
	for (size_t i = 0; i < FLOWS_MAX; i++)
		if (flows[i].fd < 0)
			return &flows[i];
	return make_room();
}

/* Returns the user's entry, or a free one. There always is one: there are at least as many entries
 * as flows. */
static struct user *find_user(uid_t uid)
{
	struct user *free = NULL;

	for (size_t i = 0; i < FLOWS_MAX; i++) {
		if (users[i].n > 0 && users[i].uid == uid)
			return &users[i];
		if (users[i].n == 0 && !free)
			free = &users[i];
	}
	free->uid = uid;
	return free;
}

/* Returns the user who has sent a datagram from the address client to the address at. */
static uid_t owner_of(const struct proxy *proxy, uint32_t port, const union proxy_address *client,
		      const union proxy_address *at)
{
	union proxy_address to = *at, listener = {};
	socklen_t size = sizeof(listener);

	if (getsockname(proxy->ports[port].fd, &listener.any, &size) < 0)
		return PROXY_OWNER_UNKNOWN;
	if (to.any.sa_family == AF_INET)
		to.four.sin_port = listener.four.sin_port;
	else
		to.six.sin6_port = listener.six.sin6_port;
	return proxy_owner_of(proxy->owner_fd, client, &to);
}

/* Makes a socket for a flow. If there is no descriptor or memory for it, ends another flow. */
static int open_flow(const struct proxy *proxy, uint32_t port, int family)
{
	int fd = proxy_connect(proxy, proxy->ports[port].port, family, SOCK_DGRAM);

	if (fd < 0 && is_shortage(fd) && make_room())
		fd = proxy_connect(proxy, proxy->ports[port].port, family, SOCK_DGRAM);
	return fd;
}

/* Begins a flow of this client and port. Returns NULL if that is not possible. */
static struct flow *begin_flow(const struct proxy *proxy, const struct flow *wanted,
			       const union proxy_address *at)
{
	int fd = open_flow(proxy, wanted->port, wanted->client.any.sa_family);
	struct flow *flow = fd < 0 ? NULL : find_free();

	if (!flow)
		return NULL;
	*flow = *wanted;
	flow->fd = fd;
	flow->user = find_user(owner_of(proxy, wanted->port, &wanted->client, at));
	flow->user->n++;
	if (proxy_wait_for(fd, &flow->watched, EPOLLIN,
			   (struct proxy_event){PROXY_FLOW, (uint32_t)(flow - flows)}))
		return flow;
	end_flow(flow);
	return NULL;
}

static struct flow *find_flow(const struct flow *wanted)
{
	for (size_t i = 0; i < FLOWS_MAX; i++) {
		struct flow *flow = &flows[i];

		if (flow->fd >= 0 && flow->port == wanted->port &&
		    flow->client_size == wanted->client_size &&
		    memcmp(&flow->client, &wanted->client, wanted->client_size) == 0 &&
		    flow->at.s_addr == wanted->at.s_addr)
			return flow;
	}
	return NULL;
}

/* --- passing on --- */

void proxy_flows_pass_in(const struct proxy *proxy, uint32_t port)
{
	static char bytes[DATAGRAM_SIZE];
	struct flow wanted = {.port = port}, *flow;
	union proxy_address at;
	struct datagram datagram;
	ssize_t n;

	prepare(&datagram, bytes, sizeof(bytes), &wanted.client, sizeof(wanted.client));
	n = recvmsg(proxy->ports[port].fd, &datagram.message, 0);
	at = address_of(&datagram.message);
	if (n < 0 || !proxy_is_loopback(&at))
		return;
	wanted.client_size = datagram.message.msg_namelen;
	if (at.any.sa_family == AF_INET)
		wanted.at = at.four.sin_addr;
	flow = find_flow(&wanted);
	if (!flow)
		flow = begin_flow(proxy, &wanted, &at);
	if (!flow)
		return;
	flow->used = ++uses;
	(void)!send(flow->fd, bytes, (size_t)n, MSG_NOSIGNAL);
}

void proxy_flows_pass_out(const struct proxy *proxy, uint32_t index)
{
	static char bytes[DATAGRAM_SIZE];
	struct flow *flow = &flows[index];
	const struct in_pktinfo info = {.ipi_spec_dst = flow->at};
	struct datagram datagram;
	ssize_t n = flow->fd < 0 ? -1 : recv(flow->fd, bytes, sizeof(bytes), 0);

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

void proxy_flows_begin(const struct proxy *proxy)
{
	const int on = 1;

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
