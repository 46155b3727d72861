/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include "daemon/keeper/network/egress-refused.h"

/* Returns the name of the IP protocol. For a protocol that has no name in this function, returns
 * its number as a text, which is written to ret->protocol. */
static const char *name_protocol(uint8_t protocol, struct egress_refused_text *ret)
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
		snprintf(ret->protocol, sizeof(ret->protocol), "%u", protocol);
		return ret->protocol;
	}
}

void egress_view_refusal(const struct task_refusal *from, struct egress_refused_text *text,
			 struct wire_refused *ret)
{
	inet_ntop(from->family, from->address, text->address, sizeof(text->address));
	*ret = (struct wire_refused){
		.address = text->address,
		.protocol = name_protocol(from->protocol, text),
		.port = from->port,
		.packets = from->packets,
	};
}

size_t egress_view_refused(const struct task_refusals *refusals,
			   struct wire_refused ret[static REFUSED_MAX])
{
	static struct egress_refused_text texts[REFUSED_MAX];
	size_t n = MIN(refusals->n, (size_t)REFUSED_MAX);

	for (size_t i = 0; i < n; i++)
		egress_view_refusal(&refusals->items[i], &texts[i], &ret[i]);
	return n;
}
