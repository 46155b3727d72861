/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/netfilter.h>
#include "daemon/kernel/firewall-table.h"

#define DENIED "denied"
#define SET_SIZE (IFNAMSIZ + sizeof("learned4-"))
#define ELEMENT_MILLISECONDS (60 * 60 * 1000)

/* The key of an element: the address and, in 4 bytes each, the protocol and the port. */
#define REG_ADDRESS NFT_REG_1
#define REG_BEHIND_4 NFT_REG32_01
#define REG_BEHIND_8 NFT_REG32_02
#define REG_BEHIND_16 NFT_REG_2
#define REG_BEHIND_20 NFT_REG32_05

static const int families[] = {AF_INET, AF_INET6};

static void name_set(const char *word, int family, const char *interface, char ret[static SET_SIZE])
{
	snprintf(ret, SET_SIZE, "%s%c-%s", word, family == AF_INET ? '4' : '6', interface);
}

void firewall_refused_chain(const char *interface, char ret[static REFUSED_CHAIN_SIZE])
{
	snprintf(ret, REFUSED_CHAIN_SIZE, "refused-%s", interface);
}

static void add_set(struct nft *nft, int family, const char *set)
{
	bool six = family == AF_INET6;
	const struct nft_counting counting = {
		.key_type = NFT_TYPE_CONCAT(
			NFT_TYPE_CONCAT(six ? NFT_TYPE_IPV6 : NFT_TYPE_IPV4, NFT_TYPE_PROTOCOL),
			NFT_TYPE_SERVICE),
		.key_size = destination_size(family) + 8,
		.elements = REFUSALS_EACH_MAX,
		.milliseconds = ELEMENT_MILLISECONDS,
	};

	nft_add_counting_set(nft, set, &counting);
}

/* Adds a rule that counts packets in the set by destination. If that cannot be done, or for a
 * packet of the other family, the next rule follows. */
static void count_each(struct nft *nft, const char *chain, int family, const char *set, bool accept)
{
	bool six = family == AF_INET6;
	struct nftnl_rule *rule = nft_rule(nft, chain);

	nft_ct_original(rule, six ? NFT_CT_DST_IP6 : NFT_CT_DST_IP, REG_ADDRESS);
	nft_meta(rule, NFT_META_L4PROTO, six ? REG_BEHIND_16 : REG_BEHIND_4);
	nft_ct_original(rule, NFT_CT_PROTO_DST, six ? REG_BEHIND_20 : REG_BEHIND_8);
	nft_count_in(rule, REG_ADDRESS, set);
	if (accept)
		nft_verdict(rule, NF_ACCEPT, NULL);
	nft_add_rule(nft, rule);
}

void firewall_count_sets(struct nft *nft, const char *word, const char *interface)
{
	char set[SET_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		name_set(word, families[i], interface, set);
		add_set(nft, families[i], set);
	}
}

void firewall_count_each(struct nft *nft, const char *chain, const char *word,
			 const char *interface, bool accept)
{
	char set[SET_SIZE];

	firewall_count_sets(nft, word, interface);
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		name_set(word, families[i], interface, set);
		count_each(nft, chain, families[i], set, accept);
	}
}

void firewall_count_remove(struct nft *nft, const char *word, const char *interface)
{
	char set[SET_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		name_set(word, families[i], interface, set);
		nft_delete_set(nft, set);
	}
}

void firewall_refused_add(struct nft *nft, const char *interface)
{
	char chain[REFUSED_CHAIN_SIZE];
	struct nftnl_rule *rule;

	firewall_refused_chain(interface, chain);
	nft_add_chain(nft, chain, NULL, NFT_NO_HOOK, 0);
	firewall_count_each(nft, chain, DENIED, interface, false);
	rule = nft_rule(nft, chain);
	nft_count(rule);
	nft_end_rule(nft, rule, NFT_GOTO, REFUSE);
}

void firewall_refused_remove(struct nft *nft, const char *interface)
{
	char chain[REFUSED_CHAIN_SIZE];

	firewall_refused_chain(interface, chain);
	nft_delete_chain(nft, chain);
	firewall_count_remove(nft, DENIED, interface);
}

/* The message comes before the packet is counted. A kernel that cannot send it (CONFIG_NFT_LOG,
 * CONFIG_NFT_LIMIT) only counts. */
void firewall_refused_tell(struct nft *nft, const struct task_firewall *firewall,
			   const struct task_link *links, size_t n)
{
	char chain[REFUSED_CHAIN_SIZE];
	struct nftnl_rule *rule;

	nft_begin(nft);
	for (size_t i = 0; i < n && firewall->log_group; i++) {
		if (!links[i].egress || !links[i].listed)
			continue;
		firewall_refused_chain(links[i].b.interface, chain);
		rule = nft_rule(nft, chain);
		nft_limit_to_one_a_second(rule);
		nft_log(rule, (uint16_t)firewall->log_group, links[i].id);
		nft_insert_rule(nft, rule);
	}
	(void)nft_commit(nft);
}

/* --- reading --- */

struct found {
	int family;	 /* of the set that is being read */
	size_t elements; /* of this set */
	struct task_refusal items[2 * REFUSALS_EACH_MAX];
	size_t n;
};

static bool is_same(const struct task_refusal *a, const struct task_refusal *b)
{
	return a->family == b->family && a->protocol == b->protocol && a->port == b->port &&
	       memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

/* Adds an element to the report. Elements of ICMP that differ by its type only are counted
 * together. */
static void add(const uint8_t *key, uint64_t packets, void *context)
{
	struct found *found = context;
	size_t size = destination_size(found->family), i;
	const uint8_t *protocol = key + size, *port = protocol + 4;
	bool has_port = *protocol == IPPROTO_TCP || *protocol == IPPROTO_UDP;
	struct task_refusal refusal = {
		.family = found->family,
		.protocol = *protocol,
		.port = has_port ? port[0] << 8 | port[1] : 0,
	};

	found->elements++;
	memcpy(refusal.address, key, size);
	for (i = 0; i < found->n && !is_same(&found->items[i], &refusal); i++)
		;
	if (i == ARRAY_SIZE(found->items))
		return;
	if (i == found->n)
		found->items[found->n++] = refusal;
	found->items[i].packets += packets;
}

/* Orders destinations by packets, and then by themselves. */
static int compare(const void *x, const void *y)
{
	const struct task_refusal *a = x, *b = y;
	int order = memcmp(a->address, b->address, sizeof(a->address));

	if (a->packets != b->packets)
		return a->packets < b->packets ? 1 : -1;
	return order ? order : a->port - b->port;
}

bool firewall_count_report(const struct host *host, struct nft *nft, const char *word,
			   const char *interface)
{
	static struct found found;
	static struct task_refusals refusals;
	char set[SET_SIZE];
	bool full = false;

	refusals = (struct task_refusals){.event = REPORT_REFUSED, .serial = host->task_serial};
	found.n = 0;
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		found.family = families[i];
		found.elements = 0;
		name_set(word, families[i], interface, set);
		if (nft_read_counting_set(nft, set, add, &found) < 0)
			return false;
		full |= found.elements >= REFUSALS_EACH_MAX;
	}
	qsort(found.items, found.n, sizeof(found.items[0]), compare);
	refusals.n = MIN(found.n, ARRAY_SIZE(refusals.items));
	memcpy(refusals.items, found.items, refusals.n * sizeof(refusals.items[0]));
	(void)!send(host->report_fd, &refusals, sizeof(refusals), MSG_NOSIGNAL);
	return full;
}

void firewall_refused_report(const struct host *host, struct nft *nft, const char *interface,
			     struct task_report *report)
{
	char chain[REFUSED_CHAIN_SIZE];

	firewall_refused_chain(interface, chain);
	report->has_refused = nft_read_counters(nft, chain, &report->refused) == 0;
	firewall_count_report(host, nft, DENIED, interface);
}
