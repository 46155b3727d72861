/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table's sets and maps. */
#include <net/if.h>
#include "daemon/kernel/firewall-table.h"

void firewall_add_sets(struct nft *nft)
{
	static const uint32_t port = NFT_TYPE_CONCAT(NFT_TYPE_PROTOCOL, NFT_TYPE_SERVICE);
	static const struct {
		const char *name;
		uint32_t key_type, key_size, data_type, data_size;
	} rows[] = {
		{LINKS, NFT_TYPE_IFNAME, IFNAMSIZ, 0, 0},
		{OUTWARD, NFT_TYPE_IFNAME, IFNAMSIZ, 0, 0},
		{GUARDED, NFT_TYPE_IFNAME, IFNAMSIZ, 0, 0},
		{SOURCES4, NFT_TYPE_CONCAT(NFT_TYPE_IFNAME, NFT_TYPE_IPV4), IFNAMSIZ + 4, 0, 0},
		{SOURCES6, NFT_TYPE_CONCAT(NFT_TYPE_IFNAME, NFT_TYPE_IPV6), IFNAMSIZ + 16, 0, 0},
		{PORTS4, port, 8, NFT_TYPE_CONCAT(NFT_TYPE_IPV4, NFT_TYPE_SERVICE), 8},
		{PORTS6, port, 8, NFT_TYPE_CONCAT(NFT_TYPE_IPV6, NFT_TYPE_SERVICE), 20},
		{ADDRESSED4, NFT_TYPE_IPV4 << 12 | port, 12,
		 NFT_TYPE_CONCAT(NFT_TYPE_IPV4, NFT_TYPE_SERVICE), 8},
		{ADDRESSED6, NFT_TYPE_IPV6 << 12 | port, 24,
		 NFT_TYPE_CONCAT(NFT_TYPE_IPV6, NFT_TYPE_SERVICE), 20},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		nft_add_set(nft, rows[i].name, i + 1, rows[i].key_type, rows[i].key_size,
			    rows[i].data_type, rows[i].data_size);
}
