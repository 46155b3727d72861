/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes the firewall's table: its sets, chains and rules. firewall.h explains what they do. */
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/rtnetlink.h>
#include <netinet/icmp6.h>
#include "daemon/kernel/barrier.h"
#include "daemon/kernel/firewall-table.h"
#include "daemon/wire/way.h"

/* Priority of the check of sources. It comes before fragments are put together, which the kernel
 * does without regard to interfaces, and before the chains of others. */
#define PRIORITY_CHECK (-460)
/* Priority of filters: before other tables. These may drop packets that we accept, but cannot
 * accept packets that we drop. */
#define PRIORITY_FILTER (-5)
#define PRIORITY_DSTNAT (-100)
#define PRIORITY_SRCNAT 100

/* Registers of 4 bytes each: the first one, which can hold 16, and those behind it for
 * concatenations. */
#define REG NFT_REG_1
#define REG_BEHIND_4 NFT_REG32_01
#define REG_BEHIND_8 NFT_REG32_02
#define REG_BEHIND_16 NFT_REG_2
#define REG_BEHIND_20 NFT_REG32_05

/* --- rules --- */

static void match_interface(struct nftnl_rule *rule, uint32_t key, const char *set, bool inverted)
{
	nft_meta(rule, key, REG);
	nft_lookup(rule, REG, set, inverted, 0);
}

static void load_source(struct nftnl_rule *rule, bool six, uint32_t reg)
{
	nft_payload(rule, NFT_PAYLOAD_NETWORK_HEADER, six ? IPV6_SOURCE : IPV4_SOURCE, six ? 16 : 4,
		    reg);
}

/* Matches packets with an address in the subnet. */
static void match_subnet(struct nftnl_rule *rule, bool source, const struct subnet *subnet)
{
	firewall_match_family(rule, subnet->family);
	(source ? load_source : firewall_load_destination)(rule, subnet->family == NFPROTO_IPV6,
							   REG);
	nft_mask(rule, REG, subnet->mask, subnet->size);
	nft_compare(rule, REG, NFT_CMP_EQ, subnet->address, subnet->size);
}

void firewall_match_destination(struct nftnl_rule *rule, uint8_t family, uint32_t set)
{
	firewall_match_family(rule, family);
	firewall_load_destination(rule, family == NFPROTO_IPV6, REG);
	nft_lookup_ranges(rule, REG, set);
}

void firewall_match_protocol(struct nftnl_rule *rule, uint8_t protocol)
{
	nft_meta(rule, NFT_META_L4PROTO, REG);
	nft_compare(rule, REG, NFT_CMP_EQ, &protocol, sizeof(protocol));
}

void firewall_match_ports(struct nftnl_rule *rule, uint16_t first, uint16_t last)
{
	const uint8_t bounds[2][2] = {{first >> 8, first}, {last >> 8, last}};

	firewall_load_port(rule, REG);
	nft_compare(rule, REG, NFT_CMP_GTE, bounds[0], sizeof(bounds[0]));
	nft_compare(rule, REG, NFT_CMP_LTE, bounds[1], sizeof(bounds[1]));
}

static void match_ct(struct nftnl_rule *rule, uint32_t key, uint32_t bits)
{
	static const uint32_t none;

	nft_ct(rule, key, REG);
	nft_mask(rule, REG, &bits, sizeof(bits));
	nft_compare(rule, REG, NFT_CMP_NEQ, &none, sizeof(none));
}

static void accept_ct(struct nft *nft, const char *chain, uint32_t key, uint32_t bits)
{
	struct nftnl_rule *rule = nft_rule(nft, chain);

	match_ct(rule, key, bits);
	nft_end_rule(nft, rule, NF_ACCEPT, NULL);
}

static void accept_state(struct nft *nft, const char *chain, uint32_t state)
{
	accept_ct(nft, chain, NFT_CT_STATE, NF_CT_STATE_BIT(state));
}

static void accept_answers(struct nft *nft, const char *chain)
{
	accept_state(nft, chain, IP_CT_ESTABLISHED);
	accept_state(nft, chain, IP_CT_RELATED);
}

/* Accepts packets related to a connection in which the link's own address is the source, of the
 * original or of the reply direction. An error's own source proves nothing: it is the address of
 * the machine that reports it. */
static void accept_related(struct nft *nft, const char *chain, uint8_t family, uint8_t direction)
{
	bool six = family == NFPROTO_IPV6;
	struct nftnl_rule *rule = nft_rule(nft, chain);

	match_ct(rule, NFT_CT_STATE, NF_CT_STATE_BIT(IP_CT_RELATED));
	nft_meta(rule, NFT_META_IIFNAME, REG);
	nft_ct_source(rule, family, direction, REG_BEHIND_16);
	nft_lookup(rule, REG, six ? SOURCES6 : SOURCES4, false, 0);
	nft_end_rule(nft, rule, NF_ACCEPT, NULL);
}

/* Accepts packets of established connections, and errors about a connection from or to the way's
 * own address. chain: one of packets from ways out. */
static void accept_own_answers(struct nft *nft, const char *chain)
{
	static const uint8_t families[] = {NFPROTO_IPV4, NFPROTO_IPV6};

	accept_state(nft, chain, IP_CT_ESTABLISHED);
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		accept_related(nft, chain, families[i], IP_CT_DIR_ORIGINAL);
		accept_related(nft, chain, families[i], IP_CT_DIR_REPLY);
	}
}

static void add_interface_rule(struct nft *nft, const char *chain, uint32_t key, const char *set,
			       int verdict, const char *target)
{
	struct nftnl_rule *rule = nft_rule(nft, chain);

	match_interface(rule, key, set, false);
	nft_end_rule(nft, rule, verdict, target);
}

/* Ends a rule: matching packets are counted and dropped. */
static void count_and_drop(struct nft *nft, struct nftnl_rule *rule)
{
	nft_count(rule);
	nft_end_rule(nft, rule, NF_DROP, NULL);
}

/* Ends a rule: counts matching packets, and refuses them as add_refuse() says. */
static void count_and_refuse(struct nft *nft, struct nftnl_rule *rule)
{
	nft_count(rule);
	nft_end_rule(nft, rule, NFT_GOTO, REFUSE);
}

/* Adds the chain that refuses packets, with a TCP reset or otherwise ICMP "administratively
 * prohibited". */
static void add_refuse(struct nft *nft)
{
	struct nftnl_rule *rule;

	nft_add_chain(nft, REFUSE, NULL, NFT_NO_HOOK, 0);
	rule = nft_rule(nft, REFUSE);
	firewall_match_protocol(rule, IPPROTO_TCP);
	nft_reject(rule, NFT_REJECT_TCP_RST, 0);
	nft_add_rule(nft, rule);
	rule = nft_rule(nft, REFUSE);
	nft_reject(rule, NFT_REJECT_ICMPX_UNREACH, NFT_REJECT_ICMPX_ADMIN_PROHIBITED);
	nft_add_rule(nft, rule);
}

/* --- source addresses --- */

/* Ends a rule: removes the barrier's mark from matching packets and accepts them. */
static void pass(struct nft *nft, struct nftnl_rule *rule)
{
	nft_set_mark(rule, 0, REG);
	nft_end_rule(nft, rule, NF_ACCEPT, NULL);
}

/* Passes packets whose source is the address that belongs to their interface: each of our
 * interfaces has one address in each family. */
static void pass_own_source(struct nft *nft, uint8_t family)
{
	bool six = family == NFPROTO_IPV6;
	struct nftnl_rule *rule = nft_rule(nft, "check");

	firewall_match_family(rule, family);
	nft_meta(rule, NFT_META_IIFNAME, REG);
	load_source(rule, six, REG_BEHIND_16);
	nft_lookup(rule, REG, six ? SOURCES6 : SOURCES4, false, 0);
	pass(nft, rule);
}

/* Begins a rule about packets from the subnet. */
static struct nftnl_rule *rule_of_source(struct nft *nft, const char *subnet_text)
{
	const struct subnet subnet = firewall_subnet(subnet_text);
	struct nftnl_rule *rule = nft_rule(nft, "check");

	match_subnet(rule, true, &subnet);
	return rule;
}

/* Flips back the destination that the barrier's program has flipped. */
static void set_right(struct nft *nft, uint32_t mark)
{
	static const uint8_t every = 0xff, flip = BARRIER_FLIP;
	struct nftnl_rule *rule = nft_rule(nft, "check");

	mark |= BARRIER_ASTRAY;
	nft_meta(rule, NFT_META_MARK, REG);
	nft_compare(rule, REG, NFT_CMP_EQ, &mark, sizeof(mark));
	firewall_match_family(rule, NFPROTO_IPV6);
	nft_payload(rule, NFT_PAYLOAD_NETWORK_HEADER, IPV6_DESTINATION, 1, REG);
	nft_bitwise(rule, REG, &every, &flip, 1);
	nft_set_payload(rule, NFT_PAYLOAD_NETWORK_HEADER, IPV6_DESTINATION, 1, REG);
	nft_add_rule(nft, rule);
}

/* Drops packets with a source address that is not their interface's, before connection tracking
 * sees them, and removes the barrier's mark from the others. */
static void add_check(struct nft *nft, const struct task_firewall *firewall)
{
	nft_add_chain(nft, "check", NULL, NFT_NO_HOOK, 0);
	nft_add_chain(nft, "sources", "filter", NF_INET_PRE_ROUTING, PRIORITY_CHECK);
	add_interface_rule(nft, "sources", NFT_META_IIFNAME, LINKS, NFT_GOTO, "check");

	set_right(nft, barrier_mark(firewall->table));
	pass_own_source(nft, NFPROTO_IPV4);
	pass_own_source(nft, NFPROTO_IPV6);
	/* such packets reach the host only: the kernel forwards no link-local source */
	pass(nft, rule_of_source(nft, "fe80::/10"));
	/* duplicate address detection: not needed here, but not to be counted as a forgery
	 * either */
	nft_end_rule(nft, rule_of_source(nft, "::/128"), NF_DROP, NULL);
	count_and_drop(nft, nft_rule(nft, "check"));
}

/* --- forwarding --- */

/* Refuses packets to any set of any nsctld: they leave by the host's end of a link. */
static void refuse_sets(struct nft *nft, const char *chain)
{
	struct nftnl_rule *rule = nft_rule(nft, chain);

	nft_meta(rule, NFT_META_OIFNAME, REG);
	nft_compare(rule, REG, NFT_CMP_EQ, HOST_END_PREFIX, strlen(HOST_END_PREFIX));
	count_and_refuse(nft, rule);
}

/* Accepts packets to published ports, by the host's address, from sets that may reach all of the
 * outside. */
static void accept_to_published(struct nft *nft, const char *chain)
{
	struct nftnl_rule *rule = nft_rule(nft, chain);

	match_interface(rule, NFT_META_IIFNAME, OPEN, false);
	match_interface(rule, NFT_META_OIFNAME, LINKS, false);
	match_ct(rule, NFT_CT_STATUS, IPS_DST_NAT);
	nft_end_rule(nft, rule, NF_ACCEPT, NULL);
}

static void refuse_forbidden(struct nft *nft, const char *chain,
			     const struct task_firewall *firewall)
{
	for (size_t i = 0; i < firewall->n_forbidden; i++) {
		const struct subnet subnet = firewall_subnet(firewall->forbidden[i].text);
		struct nftnl_rule *rule = nft_rule(nft, chain);

		match_subnet(rule, false, &subnet);
		count_and_refuse(nft, rule);
	}
}

/* Drops packets from interfaces whose forwarding only an nsctld has enabled, unless they go to a
 * way out of some nsctld. */
static void drop_guarded(struct nft *nft)
{
	static const uint32_t ways = WAY_GROUP;
	struct nftnl_rule *rule = nft_rule(nft, "forward");

	match_interface(rule, NFT_META_IIFNAME, GUARDED, false);
	nft_meta(rule, NFT_META_OIFGROUP, REG);
	nft_compare(rule, REG, NFT_CMP_NEQ, &ways, sizeof(ways));
	count_and_drop(nft, rule);
}

/* Sends packets from a way with a list to the list's chain. */
static void ask_lists(struct nft *nft)
{
	struct nftnl_rule *rule = nft_rule(nft, "from-ours");

	nft_meta(rule, NFT_META_IIFNAME, REG);
	nft_lookup_verdict(rule, REG, LISTED);
	nft_add_rule(nft, rule);
}

static void add_forward(struct nft *nft, const struct task_firewall *firewall)
{
	nft_add_chain(nft, "from-ours", NULL, NFT_NO_HOOK, 0);
	nft_add_chain(nft, "to-ours", NULL, NFT_NO_HOOK, 0);
	nft_add_chain(nft, "forward", "filter", NF_INET_FORWARD, PRIORITY_FILTER);
	add_interface_rule(nft, "forward", NFT_META_IIFNAME, LINKS, NFT_GOTO, "from-ours");
	add_interface_rule(nft, "forward", NFT_META_OIFNAME, LINKS, NFT_GOTO, "to-ours");
	drop_guarded(nft);

	accept_own_answers(nft, "from-ours");
	accept_to_published(nft, "from-ours");
	refuse_sets(nft, "from-ours");
	refuse_forbidden(nft, "from-ours", firewall);
	add_interface_rule(nft, "from-ours", NFT_META_IIFNAME, OPEN, NF_ACCEPT, NULL);
	ask_lists(nft);
	count_and_refuse(nft, nft_rule(nft, "from-ours"));

	accept_answers(nft, "to-ours");
	accept_ct(nft, "to-ours", NFT_CT_STATUS, IPS_DST_NAT);
	count_and_refuse(nft, nft_rule(nft, "to-ours"));
}

/* Refuses packets from our interfaces to the host itself, except answers and neighbour
 * discovery. */
static void add_input(struct nft *nft)
{
	static const uint8_t icmpv6 = IPPROTO_ICMPV6;
	static const uint8_t first = ND_ROUTER_SOLICIT, last = ND_NEIGHBOR_ADVERT;
	struct nftnl_rule *rule;

	nft_add_chain(nft, "input-ours", NULL, NFT_NO_HOOK, 0);
	nft_add_chain(nft, "input", "filter", NF_INET_LOCAL_IN, PRIORITY_FILTER);
	add_interface_rule(nft, "input", NFT_META_IIFNAME, LINKS, NFT_GOTO, "input-ours");
	accept_own_answers(nft, "input-ours");
	rule = nft_rule(nft, "input-ours");
	nft_meta(rule, NFT_META_L4PROTO, REG);
	nft_compare(rule, REG, NFT_CMP_EQ, &icmpv6, sizeof(icmpv6));
	nft_payload(rule, NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1, REG);
	nft_compare(rule, REG, NFT_CMP_GTE, &first, sizeof(first));
	nft_compare(rule, REG, NFT_CMP_LTE, &last, sizeof(last));
	nft_end_rule(nft, rule, NF_ACCEPT, NULL);
	count_and_refuse(nft, nft_rule(nft, "input-ours"));
}

/* --- translation --- */

static void add_masquerade(struct nft *nft, const char *pool)
{
	const struct subnet subnet = firewall_subnet(pool);
	struct nftnl_rule *rule = nft_rule(nft, "postrouting");

	match_subnet(rule, true, &subnet);
	match_interface(rule, NFT_META_OIFNAME, LINKS, true);
	nft_masquerade(rule);
	nft_add_rule(nft, rule);
}

/* Gives the host's address to packets that go to a published port of a set that is not outward,
 * because such a set has no route to their sender. */
static void masquerade_published(struct nft *nft)
{
	struct nftnl_rule *rule = nft_rule(nft, "postrouting");

	match_interface(rule, NFT_META_OIFNAME, LINKS, false);
	match_interface(rule, NFT_META_OIFNAME, OUTWARD, true);
	match_ct(rule, NFT_CT_STATUS, IPS_DST_NAT);
	nft_masquerade(rule);
	nft_add_rule(nft, rule);
}

/* Gives the host's address to packets that a set sends to a published port, perhaps its own, so
 * that the answer comes back by the host. */
static void masquerade_between(struct nft *nft, const char *pool)
{
	const struct subnet subnet = firewall_subnet(pool);
	struct nftnl_rule *rule = nft_rule(nft, "postrouting");

	match_subnet(rule, true, &subnet);
	match_interface(rule, NFT_META_OIFNAME, LINKS, false);
	match_ct(rule, NFT_CT_STATUS, IPS_DST_NAT);
	nft_masquerade(rule);
	nft_add_rule(nft, rule);
}

/* Adds published ports: packets to that port of the host get an address and port of a set. */
static void add_ports(struct nft *nft, const char *chain, uint8_t family, bool addressed)
{
	static const uint32_t local = RTN_LOCAL;
	bool six = family == NFPROTO_IPV6;
	struct nftnl_rule *rule = nft_rule(nft, chain);
	const char *map = addressed ? six ? ADDRESSED6 : ADDRESSED4 : six ? PORTS6 : PORTS4;
	uint32_t behind_address = six ? REG_BEHIND_16 : REG_BEHIND_4;

	firewall_match_family(rule, family);
	nft_fib_type(rule, REG);
	nft_compare(rule, REG, NFT_CMP_EQ, &local, sizeof(local));
	if (addressed)
		firewall_load_destination(rule, six, REG);
	nft_meta(rule, NFT_META_L4PROTO, addressed ? behind_address : REG);
	firewall_load_port(rule, !addressed ? REG_BEHIND_4 : six ? REG_BEHIND_20 : REG_BEHIND_8);
	nft_lookup(rule, REG, map, false, REG);
	nft_dnat(rule, family, REG, behind_address);
	nft_add_rule(nft, rule);
}

/* Leaves loopback addresses alone: packets to them cannot be translated. */
static void leave_loopback(struct nft *nft, const char *chain)
{
	static const char *const texts[] = {"127.0.0.0/8", "::1/128"};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const struct subnet subnet = firewall_subnet(texts[i]);
		struct nftnl_rule *rule = nft_rule(nft, chain);

		match_subnet(rule, false, &subnet);
		nft_end_rule(nft, rule, NFT_RETURN, NULL);
	}
}

static void add_nat(struct nft *nft, const struct task_firewall *firewall)
{
	static const char *const chains[] = {"prerouting", "output"};
	static const uint32_t hooks[] = {NF_INET_PRE_ROUTING, NF_INET_LOCAL_OUT};

	nft_add_chain(nft, "postrouting", "nat", NF_INET_POST_ROUTING, PRIORITY_SRCNAT);
	for (size_t i = 0; i < ARRAY_SIZE(firewall->pools); i++)
		if (firewall->pools[i]) {
			add_masquerade(nft, firewall->pools[i]);
			masquerade_between(nft, firewall->pools[i]);
		}
	masquerade_published(nft);
	for (size_t i = 0; i < ARRAY_SIZE(chains); i++) {
		nft_add_chain(nft, chains[i], "nat", hooks[i], PRIORITY_DSTNAT);
		leave_loopback(nft, chains[i]);
		add_ports(nft, chains[i], NFPROTO_IPV4, true);
		add_ports(nft, chains[i], NFPROTO_IPV4, false);
		add_ports(nft, chains[i], NFPROTO_IPV6, true);
		add_ports(nft, chains[i], NFPROTO_IPV6, false);
	}
}

void firewall_add_table(struct nft *nft, const struct task_firewall *firewall, bool exclusive)
{
	nft_add_table(nft, exclusive);
	firewall_add_sets(nft);
	add_refuse(nft);
	firewall_add_named(nft);
	add_check(nft, firewall);
	add_forward(nft, firewall);
	add_input(nft);
	add_nat(nft, firewall);
}

void firewall_add_inner(struct nft *nft, const char *interface)
{
	struct nftnl_rule *rule;
	char name[IFNAMSIZ] = "";

	strncpy(name, interface, sizeof(name) - 1);
	nft_add_table(nft, false);
	nft_add_chain(nft, "postrouting", "nat", NF_INET_POST_ROUTING, PRIORITY_SRCNAT);
	rule = nft_rule(nft, "postrouting");
	nft_meta(rule, NFT_META_OIFNAME, REG);
	nft_compare(rule, REG, NFT_CMP_EQ, name, sizeof(name));
	nft_masquerade(rule);
	nft_add_rule(nft, rule);
}
