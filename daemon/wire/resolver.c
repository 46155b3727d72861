/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/wire/resolver.h"
#include "daemon/wire/tables.h"

#define PORT_MAX 65535
/* A byte of a name that is not printable is written as \DDD. */
#define ESCAPED_NAME_MAX (4 * 255)

/* clang-format off: one row a line */

static const struct wire_field wire_resolver_server_fields[] = {
	STRING(1, wire_resolver_server, address, RESOLVER_SERVER_MAX),
	U32(2, wire_resolver_server, port, PORT_MAX),
};
static LAYOUT(wire_resolver_server);

static const struct wire_field wire_resolver_list_fields[] = {
	U64(1, wire_resolver_list, cookie, 0),
	U64(2, wire_resolver_list, version, 0),
	FD(3, wire_resolver_list, names_fd),
	U32(4, wire_resolver_list, n_own, RESOLVER_NAMES_MAX),
	BOOL(5, wire_resolver_list, every),
};
LAYOUT(wire_resolver_list);

static const struct wire_field wire_resolver_upstreams_fields[] = {
	U64(1, wire_resolver_upstreams, cookie, 0),
	ARRAY(2, wire_resolver_upstreams, servers, wire_resolver_server, RESOLVER_SERVERS_MAX),
	ARRAY(3, wire_resolver_upstreams, host_servers, wire_resolver_server, RESOLVER_SERVERS_MAX),
};
LAYOUT(wire_resolver_upstreams);

static const struct wire_field wire_resolver_add_fields[] = {
	U64(1, wire_resolver_add, cookie, 0),
	FD(2, wire_resolver_add, udp4_fd),
	FD(3, wire_resolver_add, tcp4_fd),
	FD(4, wire_resolver_add, udp6_fd),
	FD(5, wire_resolver_add, tcp6_fd),
	NESTED(6, wire_resolver_add, list, wire_resolver_list),
	NESTED(7, wire_resolver_add, upstreams, wire_resolver_upstreams),
};
LAYOUT(wire_resolver_add);

static const struct wire_field wire_resolver_remove_fields[] = {
	U64(1, wire_resolver_remove, cookie, 0),
};
LAYOUT(wire_resolver_remove);

static const struct wire_field wire_resolver_entry_fields[] = {
	U32(1, wire_resolver_entry, index, RESOLVER_NAMES_MAX - 1),
};
static LAYOUT(wire_resolver_entry);

static const struct wire_field wire_resolver_address_fields[] = {
	STRING(1, wire_resolver_address, address, RESOLVER_SERVER_MAX),
	U32(2, wire_resolver_address, seconds, RESOLVER_SECONDS_MAX),
};
static LAYOUT(wire_resolver_address);

static const struct wire_field wire_resolver_allow_fields[] = {
	U64(1, wire_resolver_allow, cookie, 0),
	U64(2, wire_resolver_allow, version, 0),
	STRING(3, wire_resolver_allow, name, ESCAPED_NAME_MAX),
	ARRAY(4, wire_resolver_allow, entries, wire_resolver_entry, RESOLVER_ENTRIES_MAX),
	ARRAY(5, wire_resolver_allow, addresses, wire_resolver_address, RESOLVER_ADDRESSES_MAX),
};
LAYOUT(wire_resolver_allow);

static const struct wire_field wire_resolver_allowed_fields[] = {
	U64(1, wire_resolver_allowed, refused, 0),
};
LAYOUT(wire_resolver_allowed);

static const struct wire_field wire_resolver_denied_fields[] = {
	U64(1, wire_resolver_denied, cookie, 0),
	STRING(2, wire_resolver_denied, name, ESCAPED_NAME_MAX),
	U64(3, wire_resolver_denied, questions, 0),
};
LAYOUT(wire_resolver_denied);

/* clang-format on */
