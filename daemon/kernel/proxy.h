/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The proxy of a set's published ports on the host's loopback addresses, which cannot be translated
 * (docs/adr/0029-localhost.md). It runs in the set's net namespace, with its owner's uid, not
 * dumpable, and without capabilities. It takes connections and datagrams at sockets that the keeper
 * has bound in the host's net namespace, and passes them on by sockets of its own, which are the
 * set's. It ends when the keeper closes the leash. It is one process with one loop (proxy.c).
 */
#pragma once

#include <netinet/in.h>
#include <sys/epoll.h>
#include "daemon/wire/task.h"

/* What the proxy serves: non-blocking sockets, in no order. */
struct proxy_port {
	int fd;
	bool udp;
	uint16_t port; /* in the set, host byte order */
};
struct proxy {
	int leash_fd;
	struct proxy_port ports[TASK_LISTENERS_MAX];
	size_t n_ports;
	int owner_fd;		/* proxy_owner_open(): tells whose datagrams come in; -1: unknown */
	const char *targets[2]; /* the set's addresses: IPv4, IPv6; NULL: none */
};

union proxy_address {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

/* --- waiting: proxy-wait.c --- */

/* The object of an event, such as number index of the pairs. */
enum proxy_source { PROXY_LEASH, PROXY_PORT, PROXY_FLOW, PROXY_PAIR };
struct proxy_event {
	enum proxy_source source;
	uint32_t index;
};

/* Returns 0 or -errno. */
int proxy_wait_begin(void);
/* Watches a descriptor for the wanted events, instead of those in *now, which is 0 at first. If
 * wanted is 0, not even an error or a hang-up is reported. Returns false if there is no memory. */
bool proxy_wait_for(int fd, uint32_t *now, uint32_t wanted, struct proxy_event event);
/* Waits for events, for so many milliseconds (-1: for ever). Returns their number, or -errno. */
#define PROXY_EVENTS_MAX 64
int proxy_wait(int milliseconds, struct proxy_event ret[static PROXY_EVENTS_MAX]);

/* --- the two sides: proxy-sides.c --- */

/* Connects to a port of the set, by the set's address of this family, else by its other one.
 * Returns a descriptor or -errno. */
int proxy_connect(const struct proxy *proxy, uint16_t port, int family, int type);
/* Returns true if a client has sent to a loopback address. Packets to other addresses are
 * translated; those that are not, because the firewall's table is missing, are not served. */
bool proxy_is_loopback(const union proxy_address *address);

/* --- owners: proxy-owner.c --- */

#define PROXY_OWNER_UNKNOWN ((uid_t)-1)
/* Opens a socket that asks the kernel about the sockets of the current net namespace. Returns a
 * descriptor or -errno. */
int proxy_owner_open(void);
/* Returns the user whose UDP socket has the address client, and sends to the address at. fd: that
 * of proxy_owner_open(), or -1. */
uid_t proxy_owner_of(int fd, const union proxy_address *client, const union proxy_address *at);

/* --- connections: proxy-pairs.c --- */

void proxy_pairs_begin(void);
/* Returns true if a connection can be accepted. */
bool proxy_pairs_have_room(void);
/* Accepts a connection, if one waits. Returns false if the kernel has no descriptor or no memory
 * for it. */
bool proxy_pairs_accept(const struct proxy *proxy, const struct proxy_port *port);
void proxy_pairs_go_on(uint32_t index);

/* --- datagrams: proxy-flows.c --- */

void proxy_flows_begin(const struct proxy *proxy);
/* Passes a datagram on to the set, or from there to the client of a flow. */
void proxy_flows_pass_in(const struct proxy *proxy, uint32_t port);
void proxy_flows_pass_out(const struct proxy *proxy, uint32_t index);
