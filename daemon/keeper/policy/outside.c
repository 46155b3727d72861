/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/policy/outside.h"

static bool is_in(const char *subnet, const struct address *address)
{
	struct address other;

	return subnet && !address_read_route(subnet, &other) && address_overlaps(&other, address);
}

/* Finds the IPv4 address in an address of 64:ff9b::/96 (NAT64, RFC 6052). Returns false for other
 * addresses. */
static bool unwrap(const struct address *address, struct address *ret)
{
	static const uint8_t prefix[12] = {0, 0x64, 0xff, 0x9b};

	if (address->family != AF_INET6 || memcmp(address->bytes, prefix, sizeof(prefix)) != 0)
		return false;
	*ret = (struct address){.family = AF_INET, .prefix = 32};
	memcpy(ret->bytes, address->bytes + sizeof(prefix), 4);
	return true;
}

bool outside_is_forbidden(const struct config *config, const struct address *address)
{
	const struct config_network *network = &config->network;
	struct address inner;

	for (size_t i = 0; i < network->n_forbidden; i++)
		if (is_in(network->forbidden[i], address))
			return true;
	return is_in(network->pool_v4, address) || is_in(network->pool_v6, address) ||
	       (unwrap(address, &inner) && outside_is_forbidden(config, &inner));
}

bool outside_is_public(const struct config *config, const struct address *address)
{
	/* Subnets that are not public: private, shared, for benchmarks, on the host or the local
	 * network, multicast, reserved, or another form of an IPv4 address. */
	static const char *const others[] = {
		"0.0.0.0/8",	  "10.0.0.0/8",	   "100.64.0.0/10", "127.0.0.0/8",
		"169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",  "192.168.0.0/16",
		"198.18.0.0/15",  "224.0.0.0/3",   "::/96",	    "::ffff:0:0/96",
		"64:ff9b:1::/48", "2001::/32",	   "2002::/16",	    "::ffff:0:0:0/96",
		"fc00::/7",	  "fe80::/9",	   "ff00::/8",
	};
	struct address inner;

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (is_in(others[i], address))
			return false;
	return !outside_is_forbidden(config, address) &&
	       (!unwrap(address, &inner) || outside_is_public(config, &inner));
}
