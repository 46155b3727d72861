/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The layouts of links and networks. They are used in state files, so the number of a field never
 * changes. */
#include "daemon/wire/layout.h"
#include "daemon/wire/tables.h"

#define GIVEN_IMPAIRMENT(field) GIVEN_BITS(wire_impairment, given, IMPAIR_##field)
#define SHARE(path, field) JSON(path), UNIT(PERCENT), GIVEN_IMPAIRMENT(field)

static const char *const end_state_words[] = {"up", "down", "incomplete", "moved", "deleted", NULL};
static const char *const protocol_words[] = {"tcp", "udp", NULL};

/* clang-format off */

LAYOUT(wire_address,
	STRING(1, wire_address, text, ADDRESS_SIZE - 1, JSON(""), REASON("is no IP address")),
);

LAYOUT(wire_impairment,
	U32(1, wire_impairment, given, IMPAIR_ALL),
	U64(2, wire_impairment, delay, IMPAIR_DELAY_MAX, JSON("delayMilliseconds"),
	    UNIT(MILLISECONDS), GIVEN_IMPAIRMENT(DELAY)),
	U64(3, wire_impairment, jitter, IMPAIR_DELAY_MAX, JSON("jitterMilliseconds"),
	    UNIT(MILLISECONDS), GIVEN_IMPAIRMENT(JITTER)),
	U32(4, wire_impairment, loss, IMPAIR_SHARE_MAX, SHARE("lossPercent", LOSS)),
	U32(5, wire_impairment, duplicate, IMPAIR_SHARE_MAX, SHARE("duplicatePercent", DUPLICATE)),
	U32(6, wire_impairment, corrupt, IMPAIR_SHARE_MAX, SHARE("corruptPercent", CORRUPT)),
	U32(7, wire_impairment, reorder, IMPAIR_SHARE_MAX, SHARE("reorderPercent", REORDER)),
	U64(8, wire_impairment, rate, IMPAIR_RATE_MAX, JSON("rateBitsPerSecond"), UNIT(BITS),
	    GIVEN_IMPAIRMENT(RATE)),
	U32(9, wire_impairment, limit, IMPAIR_LIMIT_MAX, JSON("limitPackets"), UNIT(PACKETS),
	    GIVEN_IMPAIRMENT(LIMIT)),
);

LAYOUT(wire_route,
	STRING(1, wire_route, destination, ADDRESS_SIZE - 1, ALWAYS("destination")),
	STRING(2, wire_route, via, ADDRESS_SIZE - 1, JSON("via")),
	STRING(3, wire_route, source, ADDRESS_SIZE - 1, JSON("source")),
	U32(4, wire_route, metric, 0, JSON("metric"), LOWEST(1)),
	BOOL(5, wire_route, onlink, JSON("onlink")),
);

static LAYOUT(wire_alias,
	STRING(1, wire_alias, name, NAME_SIZE - 1, JSON(""), .is_valid = domain_is_valid,
	       REASON("is no name of a host of up to 64 bytes")),
);

LAYOUT(wire_end,
	U32(1, wire_end, where, END_HOST),
	STRING(2, wire_end, name, KEY_SIZE - 1),
	STRING(3, wire_end, interface, INTERFACE_SIZE - 1, JSON("interface")),
	STRING(4, wire_end, mac, MAC_SIZE - 1, JSON("mac")),
	ARRAY(5, wire_end, addresses, wire_address, END_ADDRESSES_MAX, JSON("addresses"),
	      GIVEN(wire_end, has_addresses)),
	BOOL(6, wire_end, has_addresses),
	STRING(7, wire_end, gateway, ADDRESS_SIZE - 1, JSON("gateway")),
	U32(8, wire_end, mtu, MTU_MAX, JSON("mtu"), LOWEST(MTU_MIN)),
	U32(9, wire_end, up, SWITCH_OFF, JSON("up"), SWITCH),
	NESTED(10, wire_end, impairment, wire_impairment, JSON("impairment")),
	STRING(11, wire_end, second_gateway, ADDRESS_SIZE - 1, JSON("secondGateway")),
	ARRAY(12, wire_end, routes, wire_route, END_ROUTES_MAX, JSON("routes"),
	      GIVEN(wire_end, has_routes)),
	BOOL(13, wire_end, has_routes),
	U32(14, wire_end, state, END_DELETED, DAEMON, JSON("state"), WORD(end_state_words),
	    REASON("is for answers: up says whether the end is to be up")),
	STRING(15, wire_end, lacks, END_LACKS_SIZE - 1, DAEMON, JSON("lacks"),
	       REASON("is for answers")),
	ARRAY(16, wire_end, aliases, wire_alias, END_ALIASES_MAX, JSON("aliases"),
	      GIVEN(wire_end, has_aliases)),
	BOOL(17, wire_end, has_aliases),
	STRING(18, wire_end, device, INTERFACE_SIZE - 1, DAEMON, JSON("device"),
	       REASON("is for answers")),
	BOOL(19, wire_end, has_packets, DAEMON),
	U64(20, wire_end, received, 0, DAEMON, JSON("received"), GIVEN(wire_end, has_packets),
	    REASON("is for answers")),
	U64(21, wire_end, sent, 0, DAEMON, JSON("sent"), GIVEN(wire_end, has_packets),
	    REASON("is for answers")),
);

LAYOUT(wire_link,
	STRING(1, wire_link, name, NAME_SIZE - 1, JSON("name"), NAME),
	BOOL(2, wire_link, has_owner),
	U32(3, wire_link, owner, ID_MAX, ALWAYS("owner"), GIVEN(wire_link, has_owner)),
	NESTED(4, wire_link, a, wire_end, ALWAYS("a")),
	NESTED(5, wire_link, b, wire_end, ALWAYS("b")),
	U64(6, wire_link, created, 0, DAEMON, ALWAYS("created"), UNIT(SECONDS)),
);

LAYOUT(spec_link,
	STRING(1, spec_link, name, NAME_SIZE - 1, JSON("name"), NAME),
	NESTED(2, spec_link, end, wire_end, ALWAYS("end")),
	NESTED(3, spec_link, peer, wire_end, ALWAYS("peer")),
);

LAYOUT(spec_publish,
	U32(1, spec_publish, protocol, PUBLISH_UDP, ALWAYS("protocol"), WORD(protocol_words)),
	STRING(2, spec_publish, host_address, ADDRESS_SIZE - 1, JSON("hostAddress")),
	U32(3, spec_publish, host_port, 65535, ALWAYS("hostPort")),
	U32(4, spec_publish, port, 65535, ALWAYS("port"), LOWEST(1)),
	U32(5, spec_publish, last_host_port, 65535, JSON("lastHostPort"), LOWEST(1)),
	BOOL(6, spec_publish, chosen, DAEMON, JSON("chosen"),
	     REASON("is for answers: hostPort 0 asks for any free port")),
);

LAYOUT(wire_destination,
	STRING(1, wire_destination, text, DESTINATION_SIZE - 1, JSON(""),
	       REASON("is no destination of 1 to 271 bytes, such as 198.51.100.0/24:443/tcp")),
);

static LAYOUT(wire_member,
	STRING(1, wire_member, name, NAME_SIZE - 1, JSON("")),
);

LAYOUT(wire_network,
	STRING(1, wire_network, name, NAME_SIZE - 1, JSON("name"), NAME),
	U32(2, wire_network, owner, 0, DAEMON, ALWAYS("owner")),
	ARRAY(3, wire_network, subnets, wire_address, SUBNETS_MAX, ALWAYS("subnets")),
	BOOL(4, wire_network, egress, ALWAYS("egress")),
	ARRAY(5, wire_network, dns, wire_address, SERVERS_MAX, JSON("dns")),
	U64(6, wire_network, created, 0, DAEMON, ALWAYS("created"), UNIT(SECONDS)),
	ARRAY(7, wire_network, members, wire_member, NETWORK_MEMBERS_MAX, DAEMON,
	      ALWAYS("members")),
	BOOL(8, wire_network, boot, JSON("boot")),
	NESTED(9, wire_network, lease, wire_lease, JSON("lease")),
	U64(10, wire_network, expires, 0, DAEMON, JSON("expires"), UNIT(SECONDS)),
	BOOL(11, wire_network, reach.listed),
	INNER_ARRAY(12, wire_network, reach, allow, wire_destination, DESTINATION_TEXTS_MAX,
		    JSON("allow"), GIVEN(wire_network, reach.listed)),
	INNER_ARRAY(13, wire_network, reach, deny, wire_destination, DESTINATION_TEXTS_MAX,
		    JSON("deny")),
	BOOL(14, wire_network, has_refused, DAEMON),
	U64(15, wire_network, refused, 0, DAEMON, JSON("refusedPackets"),
	    GIVEN(wire_network, has_refused)),
);
