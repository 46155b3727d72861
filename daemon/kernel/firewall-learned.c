/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/netfilter.h>
#include "daemon/kernel/firewall-table.h"

void firewall_learned_add(struct nft *nft, const char *list, const char *interface,
			  const char *refused)
{
	struct nftnl_rule *rule = nft_rule(nft, list);

	nft_meta(rule, NFT_META_IIFNAME, NFT_REG_1);
	nft_lookup(rule, NFT_REG_1, LEARNING, true, 0);
	nft_end_rule(nft, rule, NFT_GOTO, refused);
	firewall_count_each(nft, list, FIREWALL_LEARNED, interface, true);
	nft_end_rule(nft, nft_rule(nft, list), NF_ACCEPT, NULL);
}

void firewall_learned_for(struct nft *nft, const char *interface, uint64_t milliseconds)
{
	char key[IFNAMSIZ] = "";

	strncpy(key, interface, sizeof(key) - 1);
	nft_lasting_element(nft, LEARNING, key, sizeof(key), milliseconds);
}

void firewall_learned_remove(struct nft *nft, const char *interface)
{
	firewall_learned_for(nft, interface, 0);
	/* made first, so that the deletion does not fail */
	firewall_count_sets(nft, FIREWALL_LEARNED, interface);
	firewall_count_remove(nft, FIREWALL_LEARNED, interface);
}
