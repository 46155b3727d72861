/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/netfilter.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/conntrack.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/firewall-table.h"

#define CHAIN_SIZE (IFNAMSIZ + sizeof("list-"))

/* --- entries --- */

/* Orders entries by their service, family and first address. */
static int compare(const void *x, const void *y)
{
	const struct destination *a = x, *b = y;
	const struct destination_service *s = &a->service, *t = &b->service;
	int order = s->protocol - t->protocol;

	if (order == 0)
		order = s->has_ports - t->has_ports;
	if (order == 0)
		order = s->first - t->first;
	if (order == 0)
		order = s->last - t->last;
	if (order == 0)
		order = a->family - b->family;
	return order ? order : memcmp(a->first, b->first, sizeof(a->first));
}

/* Returns true if the range ends directly before the address, or behind it. */
static bool touches(const struct nft_range *range, const uint8_t *address, size_t size)
{
	uint8_t behind[16];
	size_t at = size;

	memcpy(behind, range->last, sizeof(behind));
	while (at > 0 && ++behind[at - 1] == 0)
		at--;
	return at == 0 || memcmp(address, behind, size) <= 0;
}

/* Joins the first addresses of a sorted list, which have the same service and family, into ranges.
 * Returns the number of entries that were used. */
static size_t join(const struct destination *items, size_t n, struct nft_range *ranges,
		   size_t *ret_ranges)
{
	size_t size = destination_size(items->family), used = 0, i;

	for (i = 0; i < n && destination_shares_rule(&items[0], &items[i]); i++) {
		struct nft_range *last = used > 0 ? &ranges[used - 1] : NULL;

		if (!last || !touches(last, items[i].first, size)) {
			last = &ranges[used++];
			memcpy(last->first, items[i].first, sizeof(last->first));
			memcpy(last->last, items[i].last, sizeof(last->last));
		} else if (memcmp(items[i].last, last->last, size) > 0) {
			memcpy(last->last, items[i].last, sizeof(last->last));
		}
	}
	*ret_ranges = used;
	return i;
}

/* --- rules --- */

/* The rules of a side: their chain, and the verdict about packets that match an entry. */
struct aim {
	const char *chain;
	int verdict;
	const char *target;
};

static void add_rule(struct nft *nft, const struct aim *aim, int family, uint32_t set,
		     const struct destination_service *service, uint8_t protocol)
{
	struct nftnl_rule *rule = nft_rule(nft, aim->chain);

	firewall_match_destination(rule, family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6, set);
	if (protocol)
		firewall_match_protocol(rule, protocol);
	if (service->has_ports)
		firewall_match_ports(rule, service->first, service->last);
	nft_end_rule(nft, rule, aim->verdict, aim->target);
}

/* Adds a rule for addresses with the same service; two, if ports of both protocols are meant. A set
 * of ranges belongs to one rule. */
static void add_group(struct nft *nft, const struct aim *aim, const struct destination *first,
		      const struct nft_range *ranges, size_t n)
{
	const struct destination_service *service = &first->service;
	uint8_t protocols[] = {service->protocol, 0};
	bool six = first->family == AF_INET6;

	if (service->has_ports && !service->protocol) {
		protocols[0] = IPPROTO_TCP;
		protocols[1] = IPPROTO_UDP;
	}
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		if (i == 0 || protocols[i])
			add_rule(nft, aim, first->family,
				 nft_add_ranges(nft, six ? NFT_TYPE_IPV6 : NFT_TYPE_IPV4,
						six ? 16 : 4, ranges, n),
				 service, protocols[i]);
}

static void add_entries(struct nft *nft, const struct aim *aim, const char *lines)
{
	static struct nft_range ranges[DESTINATION_ENTRIES_MAX];
	/* there is one list at a time */
	static struct destination entries[DESTINATION_ENTRIES_MAX];
	/* the keeper has checked the lines; a line that cannot be read allows nothing */
	size_t n_entries = destination_read_lines(lines, entries, ARRAY_SIZE(entries)), n;

	qsort(entries, n_entries, sizeof(entries[0]), compare);
	for (size_t at = 0; at < n_entries;) {
		const struct destination *first = &entries[at];

		at += join(first, n_entries - at, ranges, &n);
		add_group(nft, aim, first, ranges, n);
	}
}

static void name_chain(const char *interface, char ret[static CHAIN_SIZE])
{
	snprintf(ret, CHAIN_SIZE, "list-%s", interface);
}

static void fill(struct nft *nft, const struct task_link *link)
{
	char list[CHAIN_SIZE], refused[REFUSED_CHAIN_SIZE];
	const struct aim deny = {list, NFT_GOTO, refused}, allow = {list, NF_ACCEPT, NULL};

	name_chain(link->b.interface, list);
	firewall_refused_chain(link->b.interface, refused);
	add_entries(nft, &deny, link->deny);
	add_entries(nft, &allow, link->allow);
	if (link->named)
		nft_end_rule(nft, nft_rule(nft, list), NFT_JUMP, NAMED);
	if (link->learned) {
		firewall_learned_add(nft, list, link->b.interface, refused);
		return;
	}
	nft_end_rule(nft, nft_rule(nft, list), NFT_GOTO, refused);
}

static void change_element(struct nft *nft, const struct task_link *link, bool remove,
			   const char *chain)
{
	char key[IFNAMSIZ] = "";

	strncpy(key, link->b.interface, sizeof(key) - 1);
	nft_goto_element(nft, LISTED, remove, key, sizeof(key), chain);
}

void firewall_list_add(struct nft *nft, const struct task_link *link)
{
	char list[CHAIN_SIZE];

	name_chain(link->b.interface, list);
	firewall_refused_add(nft, link->b.interface);
	nft_add_chain(nft, list, NULL, NFT_NO_HOOK, 0);
	fill(nft, link);
	change_element(nft, link, false, list);
}

void firewall_list_remove(struct nft *nft, const struct task_link *link)
{
	char list[CHAIN_SIZE];

	name_chain(link->b.interface, list);
	change_element(nft, link, true, NULL);
	nft_delete_chain(nft, list);
	if (link->learned)
		firewall_learned_remove(nft, link->b.interface);
	firewall_refused_remove(nft, link->b.interface);
}

/* Adds requests that replace the entries of the list. The counters of refused packets stay. */
static void refill(struct nft *nft, const struct task_link *link)
{
	char list[CHAIN_SIZE];

	name_chain(link->b.interface, list);
	nft_flush_chain(nft, list);
	fill(nft, link);
}

/* --- changes while packets pass --- */

/* Changes a way's list in one transaction, and ends the connections that it no longer has. If the
 * list's chains are missing, the table is about to be restored as the record says; until then
 * nothing passes. */
static int change(struct nft *nft, const struct task_relist *task, struct fault *fault)
{
	int r;

	nft_begin(nft);
	refill(nft, &task->link);
	r = nft_commit(nft);
	fault_point("list-changed");
	if (r < 0 && r != -ENOENT)
		return fault_set(fault, STEP_FIREWALL, 0, -r);
	r = conntrack_end_unlisted(&task->link, 1);
	fault_point("list-enforced");
	return fault_if(fault, STEP_CONNECTIONS, 0, r);
}

void child_relist(const struct host *host, const struct task_relist *task,
		  struct task_report *report, struct fault *fault)
{
	struct nft nft;
	int r = firewall_open(host, &task->firewall, &nft, fault);

	if (r == 0 && task->change)
		r = change(&nft, task, fault);
	if (r == 0)
		firewall_refused_report(host, &nft, task->link.b.interface, report);
}

/* Changes a list and its rules for learning in one transaction. If the list's chains are missing,
 * the table is about to be restored; until then nothing passes. */
static int change_learned(struct nft *nft, const struct task_learn *task, struct fault *fault)
{
	struct task_link link = task->link;
	int r;

	/* a list that leads nowhere is not learned either */
	link.learned &= task->seconds > 0;
	nft_begin(nft);
	firewall_learned_for(nft, link.b.interface, UINT64_C(1000) * task->seconds);
	if (task->begin || !link.learned)
		refill(nft, &link);
	r = nft_commit(nft);
	if (r < 0 && r != -ENOENT)
		return fault_set(fault, STEP_FIREWALL, 0, -r);
	fault_point(link.learned ? "learning" : "learned");
	r = link.learned ? 0 : conntrack_end_unlisted(&link, 1);
	return fault_if(fault, STEP_CONNECTIONS, 0, r);
}

/* Removes the sets of a list that is not learned any more. */
static void forget_learned(struct nft *nft, const char *interface, struct fault *fault)
{
	int r;

	nft_begin(nft);
	firewall_learned_remove(nft, interface);
	r = nft_commit(nft);
	if (r < 0 && r != -ENOENT)
		fault_set(fault, STEP_FIREWALL, 0, -r);
}

void child_learn(const struct host *host, const struct task_learn *task, struct task_report *report,
		 struct fault *fault)
{
	const char *interface = task->link.b.interface;
	struct nft nft;
	int r = firewall_open(host, &task->firewall, &nft, fault);

	if (r == 0)
		r = change_learned(&nft, task, fault);
	if (r == 0)
		report->full = firewall_count_report(host, &nft, FIREWALL_LEARNED, interface);
	if (r == 0 && task->seconds == 0)
		forget_learned(&nft, interface, fault);
}
