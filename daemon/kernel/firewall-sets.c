/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the table is opened, its sets and maps, the addresses that are their keys, and how rules read
 * these from packets. */
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <sched.h>
#include "daemon/kernel/firewall-table.h"

int firewall_open(const struct host *host, const struct task_firewall *firewall, struct nft *ret,
		  struct fault *fault)
{
	if (setns(host->net_fd, CLONE_NEWNET) < 0)
		return fault_set(fault, STEP_FIREWALL, 0, errno);
	return fault_if(fault, STEP_FIREWALL, 0, nft_open(ret, firewall->table));
}

void firewall_add_sets(struct nft *nft)
{
	static const uint32_t port = NFT_TYPE_CONCAT(NFT_TYPE_PROTOCOL, NFT_TYPE_SERVICE);
	static const struct {
		const char *name;
		uint32_t key_type, key_size, data_type, data_size;
	} rows[] = {
		{LINKS, NFT_TYPE_IFNAME, IFNAMSIZ, 0, 0},
		{OUTWARD, NFT_TYPE_IFNAME, IFNAMSIZ, 0, 0},
		{OPEN, NFT_TYPE_IFNAME, IFNAMSIZ, 0, 0},
		{LISTED, NFT_TYPE_IFNAME, IFNAMSIZ, NFT_TYPE_VERDICT, 0},
		{LEARNING, NFT_TYPE_IFNAME, IFNAMSIZ, NFT_TYPE_TIMED, 0},
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

struct subnet firewall_subnet(const char *text)
{
	const char *slash = strchr(text, '/');
	bool six = strchr(text, ':');
	struct subnet subnet = {.family = six ? NFPROTO_IPV6 : NFPROTO_IPV4, .size = six ? 16 : 4};
	unsigned long prefix = slash ? strtoul(slash + 1, NULL, 10) : 8 * subnet.size;
	char host[ADDRESS_SIZE];

	snprintf(host, sizeof(host), "%.*s", (int)(slash ? slash - text : (long)strlen(text)),
		 text);
	inet_pton(six ? AF_INET6 : AF_INET, host, subnet.address);
	for (uint32_t bit = 0; bit < prefix && bit < 8 * subnet.size; bit++)
		subnet.mask[bit / 8] |= 0x80 >> (bit % 8);
	return subnet;
}

void firewall_match_family(struct nftnl_rule *rule, uint8_t family)
{
	nft_meta(rule, NFT_META_NFPROTO, NFT_REG_1);
	nft_compare(rule, NFT_REG_1, NFT_CMP_EQ, &family, sizeof(family));
}

void firewall_load_destination(struct nftnl_rule *rule, bool six, uint32_t reg)
{
	nft_payload(rule, NFT_PAYLOAD_NETWORK_HEADER, six ? IPV6_DESTINATION : IPV4_DESTINATION,
		    six ? 16 : 4, reg);
}

void firewall_load_port(struct nftnl_rule *rule, uint32_t reg)
{
	nft_payload(rule, NFT_PAYLOAD_TRANSPORT_HEADER, PORT_DESTINATION, 2, reg);
}
