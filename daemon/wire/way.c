/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include "daemon/wire/way.h"

void way_shift(const char *address, uint32_t ways, char ret[static ADDRESS_SIZE])
{
	int family = strchr(address, ':') ? AF_INET6 : AF_INET;
	size_t size = family == AF_INET ? 4 : 16, n = strcspn(address, "/");
	char host[ADDRESS_SIZE] = "", prefix[8];
	uint8_t bytes[16] = {};
	uint32_t low;

	memcpy(host, address, MIN(n, sizeof(host) - 1));
	/* ret and address may be the same */
	snprintf(prefix, sizeof(prefix), "%s", address + n);
	inet_pton(family, host, bytes);
	memcpy(&low, bytes + size - sizeof(low), sizeof(low));
	low = htonl(ntohl(low) + ways * WAY_ADDRESSES);
	memcpy(bytes + size - sizeof(low), &low, sizeof(low));
	inet_ntop(family, bytes, host, sizeof(host));
	snprintf(ret, ADDRESS_SIZE, "%.*s%s", INET6_ADDRSTRLEN, host, prefix);
}
