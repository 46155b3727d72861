/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <netinet/in.h>
#include "daemon/keeper/network/egress-refused.h"

#define PROTOCOL_SIZE 8

/* Returns the name of a protocol, or writes its number. */
static const char *name_protocol(uint8_t protocol, char ret[static PROTOCOL_SIZE])
{
	switch (protocol) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_ICMP:
		return "icmp";
	case IPPROTO_ICMPV6:
		return "icmpv6";
	default:
		snprintf(ret, PROTOCOL_SIZE, "%u", protocol);
		return ret;
	}
}

size_t egress_view_refused(const struct task_refusals *refusals,
			   struct wire_refused ret[static REFUSED_MAX])
{
	static char addresses[REFUSED_MAX][INET6_ADDRSTRLEN], protocols[REFUSED_MAX][PROTOCOL_SIZE];
	size_t n = MIN(refusals->n, (size_t)REFUSED_MAX);

	for (size_t i = 0; i < n; i++) {
		const struct task_refusal *from = &refusals->items[i];

		inet_ntop(from->family, from->address, addresses[i], sizeof(addresses[i]));
		ret[i] = (struct wire_refused){
			.address = addresses[i],
			.protocol = name_protocol(from->protocol, protocols[i]),
			.port = from->port,
			.packets = from->packets,
		};
	}
	return n;
}
