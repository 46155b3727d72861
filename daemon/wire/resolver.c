/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/wire/resolver.h"
#include "daemon/wire/tables.h"

#define PORT_MAX 65535
/* A byte of a name that is not printable is written as \DDD. */
#define ESCAPED_NAME_MAX (4 * 255)

/* clang-format off */

static LAYOUT(wire_resolver_server,
	STRING(1, wire_resolver_server, address, RESOLVER_SERVER_MAX),
	U32(2, wire_resolver_server, port, PORT_MAX),
);

LAYOUT(wire_resolver_list,
	U64(1, wire_resolver_list, cookie, 0),
	U64(2, wire_resolver_list, version, 0),
	FD(3, wire_resolver_list, names_fd),
	U32(4, wire_resolver_list, n_own, RESOLVER_NAMES_MAX),
	BOOL(5, wire_resolver_list, every),
);

LAYOUT(wire_resolver_upstreams,
	U64(1, wire_resolver_upstreams, cookie, 0),
	ARRAY(2, wire_resolver_upstreams, servers, wire_resolver_server, RESOLVER_SERVERS_MAX),
	ARRAY(3, wire_resolver_upstreams, host_servers, wire_resolver_server, RESOLVER_SERVERS_MAX),
);

LAYOUT(wire_resolver_add,
	U64(1, wire_resolver_add, cookie, 0),
	FD(2, wire_resolver_add, udp4_fd),
	FD(3, wire_resolver_add, tcp4_fd),
	FD(4, wire_resolver_add, udp6_fd),
	FD(5, wire_resolver_add, tcp6_fd),
	NESTED(6, wire_resolver_add, list, wire_resolver_list),
	NESTED(7, wire_resolver_add, upstreams, wire_resolver_upstreams),
);

LAYOUT(wire_resolver_remove,
	U64(1, wire_resolver_remove, cookie, 0),
);

static LAYOUT(wire_resolver_entry,
	U32(1, wire_resolver_entry, index, RESOLVER_NAMES_MAX - 1),
);

static LAYOUT(wire_resolver_address,
	STRING(1, wire_resolver_address, address, RESOLVER_SERVER_MAX),
	U32(2, wire_resolver_address, seconds, RESOLVER_SECONDS_MAX),
);

LAYOUT(wire_resolver_allow,
	U64(1, wire_resolver_allow, cookie, 0),
	U64(2, wire_resolver_allow, version, 0),
	STRING(3, wire_resolver_allow, name, ESCAPED_NAME_MAX),
	ARRAY(4, wire_resolver_allow, entries, wire_resolver_entry, RESOLVER_ENTRIES_MAX),
	ARRAY(5, wire_resolver_allow, addresses, wire_resolver_address, RESOLVER_ADDRESSES_MAX),
);

LAYOUT(wire_resolver_allowed,
	U64(1, wire_resolver_allowed, refused, 0),
);

LAYOUT(wire_resolver_denied,
	U64(1, wire_resolver_denied, cookie, 0),
	STRING(2, wire_resolver_denied, name, ESCAPED_NAME_MAX),
	U64(3, wire_resolver_denied, questions, 0),
);

/* clang-format on */
