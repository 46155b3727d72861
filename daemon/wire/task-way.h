/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tasks about the ways out of sets: the firewall's table, addresses of names, proxies. */
#pragma once

#include "daemon/wire/layout.h"

#define FORBIDDEN_MAX 32
/* Sockets of published ports on loopback addresses, of both families. */
#define TASK_LISTENERS_MAX (2 * PUBLISH_MAX)

/* The daemon's table of packet filter rules in the host's net namespace. */
struct task_firewall {
	bool given;
	const char *table;
	const char *pools[2];			      /* of addresses: IPv4, IPv6 */
	struct wire_address forbidden[FORBIDDEN_MAX]; /* addresses that egress does not reach */
	size_t n_forbidden;
	/* the group of nfnetlink_log by which lists report refused packets; 0: lists only count
	 * them */
	uint32_t log_group;
};

/* Makes the sockets at which a resolver (wire/resolver.h) answers in a set or network. */
struct task_listen {
	const char *pin; /* UID/NAME in the vault */
	/* addresses of the sockets: at most one of each family; NULL: none */
	const char *addresses[2];
};

/* An address of a name on a way's list, which the way may reach for this time. */
#define ADMIT_ADDRESSES_MAX 64
#define ADMIT_SERVICES_MAX 32
struct task_admitted {
	const char *address;
	uint32_t seconds; /* 0: the address is removed */
};
struct task_service {
	uint32_t protocol; /* IPPROTO_TCP or IPPROTO_UDP; 0: any protocol, or both of these with
			    * a port */
	uint32_t port;	   /* 0: any */
};
struct task_admit {
	struct task_firewall firewall;
	const char *interface; /* the way's end on the host */
	struct task_admitted addresses[ADMIT_ADDRESSES_MAX];
	size_t n_addresses;
	struct task_service services[ADMIT_SERVICES_MAX]; /* for each address */
	size_t n_services;
};

/* The proxy of a set's published ports on the host's loopback addresses. */
struct task_listener {
	int fd; /* a bound socket, which listens if it is one of TCP */
	bool udp;
	uint32_t port; /* in the set */
};
struct task_proxy {
	uint32_t owner;
	const char *pin;	/* UID/NAME in the vault */
	const char *targets[2]; /* the set's addresses: IPv4, IPv6 */
	struct task_listener listeners[TASK_LISTENERS_MAX];
	size_t n_listeners;
	int leash_fd; /* the proxy ends when its other end closes */
};
