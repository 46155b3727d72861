/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Messages between the keeper and a resolver (daemon/resolver), which answers the questions of one
 * user's sets whose egress is limited to a list with names. The keeper's go over a SOCK_SEQPACKET
 * socket, the resolver's descriptor 3, in the form of codec.h. The resolver's go over a pipe, its
 * descriptor 4, in that of stream.h: a pipe carries no descriptors, so the keeper never closes
 * anything that an attacker has chosen. nlmsg_type is an enum resolver_type. nlmsg_seq is the
 * number of a request in RESOLVER_ALLOW, and the same number in the RESOLVER_ALLOWED that answers
 * it; elsewhere it is 0.
 *
 * The resolver ends when the keeper closes the socket. It ends with a line in the log when the
 * keeper breaks a rule of this file, or when it has no memory. Then nobody answers the sets, and
 * nothing more is let through. The keeper starts another resolver and sends RESOLVER_ADD for every
 * set again. If it or a worker has kept copies of the sockets, no question is lost.
 *
 * A user who has broken into the resolver can send any RESOLVER_ALLOW. So the keeper checks that
 * the cookie is of this user, counts what it lets through, and refuses forbidden addresses.
 */
#pragma once

#include "daemon/wire/codec.h"

/* Of the resolver's program: the socket from the keeper, the pipe to it. */
#define RESOLVER_FD 3
#define RESOLVER_REQUESTS_FD 4
/* RESOLVER_ALLOW that the keeper has not answered yet. It reads no further ones meanwhile. */
#define RESOLVER_REQUESTS_MAX 16

/* The number of descriptors that a resolver needs if it has as many sets as it may have. It raises
 * its own limit as far as its parent's limit allows. */
#define RESOLVER_DESCRIPTORS 24576

enum resolver_type {
	/* from the keeper */
	RESOLVER_ADD = 1,   /* struct wire_resolver_add: a set; replaces the set of this cookie */
	RESOLVER_LIST,	    /* struct wire_resolver_list: replaces a set's list */
	RESOLVER_UPSTREAMS, /* struct wire_resolver_upstreams: replaces a set's name servers */
	RESOLVER_REMOVE,    /* struct wire_resolver_remove: closes the sockets of a set */
	RESOLVER_ALLOWED,   /* struct wire_resolver_allowed: the answer to RESOLVER_ALLOW */
	/* from the resolver */
	RESOLVER_ALLOW = 16, /* struct wire_resolver_allow: let these addresses through */
	RESOLVER_DENIED,     /* struct wire_resolver_denied: a name was not on the list */
};

#define RESOLVER_NAMES_MAX 10000
#define RESOLVER_NAME_MAX 253						 /* without a final dot */
#define RESOLVER_LIST_MAX (RESOLVER_NAMES_MAX * (RESOLVER_NAME_MAX + 3)) /* with "*." and NUL */
#define RESOLVER_SERVERS_MAX 3 /* as many as resolv.conf(5) may have */
#define RESOLVER_SERVER_MAX 45 /* length of an address */
#define RESOLVER_SETS_MAX 4096
#define RESOLVER_ENTRIES_MAX 128   /* a name with its ancestors cannot match more */
#define RESOLVER_ADDRESSES_MAX 64  /* bits of wire_resolver_allowed.refused */
#define RESOLVER_SECONDS_MIN 60	   /* shorter lives are raised to this ... */
#define RESOLVER_SECONDS_MAX 86400 /* ... and longer ones are cut to this */
/* The keeper answers a RESOLVER_ALLOW within this time. Without an answer, the set's question fails
 * with SERVFAIL, and a later answer is ignored. */
#define RESOLVER_ALLOWED_SECONDS 5

struct wire_resolver_server {
	const char *address; /* v4 or v6, as inet_pton() reads it; no scope */
	uint32_t port;	     /* 0: 53 */
};

/*
 * A list is a memory file (memfd_create(2)), because 10,000 names do not fit into a message. It has
 * the names of the list in order, each followed by a NUL, and nothing else. The resolver reads it
 * with pread(2) when the message comes, and closes it. The keeper seals it against writing.
 *
 * A name is in lower case, in ASCII, without a final dot. "example.org" matches this name alone,
 * "*.example.org" every name below it but not the name itself.
 * The index of an entry is its position, from 0. The names are distinct: if an owner's list has a
 * name several times, with several ports for example, the keeper joins these entries.
 *
 * The first n_own entries are the user's own, and are asked at the set's name servers. The others
 * are of an administrator's lists, and are asked at the host's: a user who may have such a list and
 * nothing else must not decide, by the choice of name servers, where its names lead. A question
 * that both match is asked at the set's.
 *
 * every: all other names are forwarded as well, to the set's name servers, because it is learned
 * which ones the list would need.
 *
 * The version is a number of the keeper's, other than 0, that says with which list a
 * RESOLVER_ALLOW was made: its indexes mean nothing in another list.
 */
struct wire_resolver_list {
	uint64_t cookie;
	uint64_t version;
	int names_fd;
	uint32_t n_own;
	bool every;
};

struct wire_resolver_upstreams {
	uint64_t cookie;
	/* the set's, and the host's; 0: names that are to be asked there are answered SERVFAIL */
	size_t n_servers, n_host_servers;
	/* tried in this order, but first the one that has answered last */
	struct wire_resolver_server servers[RESOLVER_SERVERS_MAX];
	struct wire_resolver_server host_servers[RESOLVER_SERVERS_MAX];
};

/*
 * The sockets are made in the set's network namespace, one for each address at which the set finds
 * its resolver: UDP sockets, bound; TCP sockets, bound and listening. Each is bound to one address,
 * not to the wildcard, or answers could come from another address than the questions went to. The
 * resolver makes them non-blocking. -1 (absent): the set has none of these. While the resolver has
 * these sockets, the namespace lives on, until RESOLVER_REMOVE.
 */
struct wire_resolver_add {
	uint64_t cookie; /* the keeper's number of the set, other than 0 */
	int udp4_fd, tcp4_fd, udp6_fd, tcp6_fd;
	struct wire_resolver_list list;		  /* its cookie is absent */
	struct wire_resolver_upstreams upstreams; /* its cookie is absent */
};

struct wire_resolver_remove {
	uint64_t cookie;
};

struct wire_resolver_entry {
	uint32_t index; /* its position in the list */
};

struct wire_resolver_address {
	const char *address; /* as inet_ntop() writes it, without a prefix */
	uint32_t seconds;    /* RESOLVER_SECONDS_MIN to RESOLVER_SECONDS_MAX */
};

/* Asks the keeper to let addresses through that a listed name leads to. The keeper answers when the
 * firewall has them, and then the set gets its answer. */
struct wire_resolver_allow {
	uint64_t cookie;
	uint64_t version; /* version of the list by which the name was matched */
	const char *name; /* the name that the set asked for: lower case, no final dot */
	size_t n_entries; /* entries that match; 0: none does, and wire_resolver_list.every was
			   * set */
	struct wire_resolver_entry entries[RESOLVER_ENTRIES_MAX];
	size_t n_addresses; /* at least 1, distinct */
	struct wire_resolver_address addresses[RESOLVER_ADDRESSES_MAX];
};

/*
 * Bit i of refused is set if address i was not let through: because it is forbidden or private
 * (rebinding), because the set has no IPv6, because there are too many, or because the version is
 * an old one. The set gets the answer without the records that have such addresses.
 */
struct wire_resolver_allowed {
	uint64_t refused;
};

/* Tells how often a set has asked for a name that is not on its list, since the last message about
 * this name. For each set there are at most eight such messages a second; with more names, the last
 * one counts the questions for others, too. */
struct wire_resolver_denied {
	uint64_t cookie;
	const char *name; /* as in wire_resolver_allow, with other bytes as \DDD; "" is "." */
	uint64_t questions;
};

extern const struct wire_layout wire_resolver_list_layout, wire_resolver_upstreams_layout,
	wire_resolver_add_layout, wire_resolver_remove_layout, wire_resolver_allow_layout,
	wire_resolver_allowed_layout, wire_resolver_denied_layout;
