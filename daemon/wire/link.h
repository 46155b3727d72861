/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Links and networks, as parts of specifications, of messages between front and keeper, of state
 * files, and of tasks. Addresses and MACs are texts, as in org.nsctl.varlink; the keeper checks
 * them and makes them canonical before anything else reads them. See layout.h for the rules.
 */
#pragma once

#include "daemon/wire/destination.h"
#include "daemon/wire/lease.h"
#include "protocol/name.h"

/*
 * A network is kept as a set with one net namespace, which contains a bridge: it is made, recorded,
 * pinned, found and removed like sets. Its key begins with a sign that is not allowed in a set's
 * name.
 */
#define NETWORK_SIGN '+'
#define KEY_SIZE (NAME_SIZE + 1)

#define END_ADDRESSES_MAX 8
#define END_ROUTES_MAX 8
#define END_LACKS_SIZE 2048 /* all addresses and routes */
#define END_ALIASES_MAX 8
#define SPEC_LINKS_MAX 16
#define SUBNETS_MAX 4
#define SERVERS_MAX 4 /* name servers */
/* Published ports of one set: descriptors of their sockets, of two families, fit into a task. */
#define PUBLISH_MAX 30
#define NETWORK_MEMBERS_MAX 512
#define INTERFACE_SIZE 16
#define MAC_SIZE 18	/* aa:bb:cc:dd:ee:ff */
#define ADDRESS_SIZE 64 /* fd00::1/64 */
#define MTU_MIN 68
#define MTU_MAX 65535

struct wire_address {
	const char *text; /* 10.0.0.1/24 */
};

/* A route by an end. The keeper makes it canonical: destinations then have a prefix, and "default"
 * is the whole family, 0.0.0.0/0 or ::/0. */
struct wire_route {
	const char *destination;
	const char *via;    /* NULL: hosts on the link itself */
	const char *source; /* source address of packets; NULL: the kernel chooses it */
	uint32_t metric;    /* 0: the kernel's default */
	bool onlink;	    /* via is reached on the link, although no subnet of the end has it */
};

/* Another name of a set in a network. */
struct wire_alias {
	const char *name;
};

enum end_where { END_SET = 1, END_NETWORK, END_HOST };

/* Says which fields of an impairment are given. The others keep their values; before the first
 * change there is no impairment. */
enum impairment_field {
	IMPAIR_DELAY = 1 << 0,
	IMPAIR_JITTER = 1 << 1,
	IMPAIR_LOSS = 1 << 2,
	IMPAIR_DUPLICATE = 1 << 3,
	IMPAIR_CORRUPT = 1 << 4,
	IMPAIR_REORDER = 1 << 5,
	IMPAIR_RATE = 1 << 6,
	IMPAIR_LIMIT = 1 << 7,
	IMPAIR_ALL = (1 << 8) - 1,
};
/* Impairments that need the qdisc netem. For the rate alone, tbf is enough. */
#define IMPAIR_NETEM (IMPAIR_ALL & ~(IMPAIR_RATE | IMPAIR_LIMIT))

/* Impairments of packets that leave by an end. 0 means none. */
struct wire_impairment {
	uint32_t given;				    /* enum impairment_field bits */
	uint64_t delay, jitter;			    /* microseconds, up to IMPAIR_DELAY_MAX */
	uint32_t loss, duplicate, corrupt, reorder; /* in millionths */
	uint64_t rate;				    /* bits a second */
	uint32_t limit; /* packets that wait at most, 0: by rate and delay */
};
#define IMPAIR_LIMIT_MAX 1000000
#define IMPAIR_DELAY_MAX UINT64_C(60000000)
#define IMPAIR_SHARE_MAX 1000000
#define IMPAIR_RATE_MIN UINT64_C(8000)
#define IMPAIR_RATE_MAX UINT64_C(1000000000000)

/* An end as the kernel has it. */
enum end_state {
	END_UP = 1,
	END_DOWN,
	END_INCOMPLETE, /* up, but not as recorded: it lacks an address or a route, for instance */
	END_MOVED,	/* in another net namespace, while the other end is in its place */
	END_DELETED,
};

/* One end of a link. In SetLink, absent fields keep their values. */
struct wire_end {
	uint32_t where;	       /* enum end_where */
	const char *name;      /* name of the set or network */
	const char *interface; /* the name that users see; on the host it is the altname */
	const char *mac;
	struct wire_address addresses[END_ADDRESSES_MAX]; /* with their prefix lengths */
	size_t n_addresses;
	bool has_addresses;  /* SetLink: the addresses replace the old ones */
	const char *gateway; /* of a default route by this end, in the gateway's family */
	uint32_t mtu;	     /* 0: the kernel's */
	uint32_t up;	     /* enum spec_switch; default: up */
	struct wire_impairment impairment;
	const char *second_gateway; /* of a default route in the other family */
	struct wire_route routes[END_ROUTES_MAX];
	size_t n_routes;
	bool has_routes;	 /* SetLink: the routes replace the old ones */
	uint32_t state;		 /* ListLinks only: enum end_state, 0: not known */
	const char *lacks;	 /* ListLinks only: what an incomplete end lacks, in words */
	const char *device;	 /* ListLinks only: the kernel's name */
	bool has_packets;	 /* ListLinks only: the kernel has told the following */
	uint64_t received, sent; /* packets */
	struct wire_alias aliases[END_ALIASES_MAX];
	size_t n_aliases;
	bool has_aliases; /* SetLink: the aliases replace the old ones */
};

struct wire_link {
	const char *name; /* NULL: the daemon picks one */
	bool has_owner;
	uint32_t owner;
	struct wire_end a, b;
	uint64_t created;
};

/* A link in the specification of a set. end is the set's own end, so where and name are left
 * out. */
struct spec_link {
	const char *name;
	struct wire_end end, peer;
};

enum publish_protocol { PUBLISH_TCP = 1, PUBLISH_UDP };

/* A port of the host that leads to a port of the set. When the set is made, the port that is chosen
 * replaces the one that was asked for. */
struct spec_publish {
	uint32_t protocol;	  /* enum publish_protocol */
	const char *host_address; /* NULL: every address of the host */
	uint32_t host_port;	  /* 0: any free port */
	uint32_t port;
	uint32_t last_host_port; /* not 0: the first free port from host_port to this one */
	bool chosen;		 /* host_port was chosen by the daemon; then last_host_port is 0 */
};

/* Returns true if the daemon is to choose the port. */
static inline bool publish_is_open(const struct spec_publish *publish)
{
	return publish->host_port == 0 || publish->last_host_port > 0;
}

/* What a way out leads to, if that is limited: the owner's entries (destination.h). */
struct wire_destination {
	const char *text;
};
struct wire_reach {
	bool listed; /* only what allow has and deny does not have can be reached */
	struct wire_destination allow[DESTINATION_TEXTS_MAX];
	size_t n_allow;
	struct wire_destination deny[DESTINATION_TEXTS_MAX];
	size_t n_deny;
};

/* A set with a link to a network. */
struct wire_member {
	const char *name;
};

struct wire_network {
	const char *name;
	uint32_t owner;
	struct wire_address subnets[SUBNETS_MAX]; /* 10.0.0.0/24 */
	size_t n_subnets;
	bool egress;
	struct wire_address dns[SERVERS_MAX];
	size_t n_dns;
	uint64_t created;
	struct wire_member members[NETWORK_MEMBERS_MAX]; /* answers only */
	size_t n_members;
	bool boot;		 /* made again when the machine starts */
	struct wire_lease lease; /* not recorded here: the record's specification has
				    the lease of a network, too */
	uint64_t expires;	 /* answers only; 0: never by time */
	struct wire_reach reach;
	/* NETWORK_GET: true if refused is known: how many packets the way's list has refused */
	bool has_refused;
	uint64_t refused;
};

extern const struct wire_layout wire_address_layout, wire_impairment_layout, wire_route_layout,
	wire_end_layout, wire_link_layout, wire_destination_layout, spec_link_layout,
	spec_publish_layout, wire_network_layout;
