/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ends connections that lists do not have any more. */
#include <netinet/in.h>
#include "daemon/kernel/conntrack-flow.h"
#include "daemon/kernel/conntrack.h"
#include "daemon/kernel/firewall-table.h"
#include "daemon/wire/destination.h"

/* Maximum number of rounds. They end when one of them finds nothing: a packet that passed the table
 * just before its change may still make a flow. */
#define ROUNDS_MAX 16
/* Length of the shortest entry, with the end of its line. It bounds the number of entries in a
 * task. */
#define SHORTEST 3
#define ENTRIES_MAX (DESTINATION_LINES_SIZE / SHORTEST)

/* One side of a list: a part of the entries of all lists. */
struct side {
	size_t first, n;
};
/* The source address of a way's packets, and the entries of its list. */
struct way {
	struct subnet address;
	struct side allow, deny;
	bool named; /* addresses of names, too */
};

static struct {
	struct destination entries[ENTRIES_MAX];
	size_t n_entries;
	struct way ways[TASK_LINKS_MAX * 2];
	size_t n_ways;
} lists;

struct search {
	uint8_t family;
	int forget_fd;
	size_t n; /* flows that this round has ended */
};

/* --- lists --- */

static struct side read_side(const char *lines)
{
	struct side side = {.first = lists.n_entries};

	side.n = destination_read_lines(lines, &lists.entries[side.first],
					ARRAY_SIZE(lists.entries) - side.first);
	lists.n_entries += side.n;
	return side;
}

static void read_list(const struct task_link *link)
{
	struct side allow = read_side(link->allow), deny = read_side(link->deny);

	for (size_t i = 0; i < link->a.n_addresses; i++) {
		if (lists.n_ways == ARRAY_SIZE(lists.ways))
			return;
		lists.ways[lists.n_ways++] = (struct way){
			.address = firewall_subnet(link->a.addresses[i].text),
			.allow = allow,
			.deny = deny,
			.named = link->named && !link->end_named,
		};
	}
}

/* Returns the way that has sent the packets of a flow, or NULL. */
static const struct way *find_way(const struct nlattr *original, uint8_t family)
{
	const uint8_t *source = conntrack_address(original, family, true);

	for (size_t i = 0; source && i < lists.n_ways; i++) {
		const struct subnet *address = &lists.ways[i].address;

		if (address->size == destination_size(family) &&
		    memcmp(address->address, source, address->size) == 0)
			return &lists.ways[i];
	}
	return NULL;
}

/* Returns true if the side has the destination that answers in the flow. Its address may differ
 * from the one to which the first packet was sent. */
static bool side_has(struct side side, uint8_t family, const struct nlattr *reply)
{
	const uint8_t *address = conntrack_address(reply, family, true);
	const struct nlattr *protocol = conntrack_find(reply, CTA_TUPLE_PROTO);
	const struct nlattr *number = conntrack_find(protocol, CTA_PROTO_NUM);
	const struct nlattr *port = conntrack_find(protocol, CTA_PROTO_SRC_PORT);

	for (size_t i = 0; address && number && i < side.n; i++)
		if (destination_matches(&lists.entries[side.first + i], family, address,
					mnl_attr_get_u8(number),
					port ? ntohs(mnl_attr_get_u16(port)) : 0))
			return true;
	return false;
}

static bool is_listed(const struct way *way, uint8_t family,
		      const struct nlattr *const attributes[static CTA_MAX + 1])
{
	const struct nlattr *reply = attributes[CTA_TUPLE_REPLY];

	return (side_has(way->allow, family, reply) ||
		(way->named && conntrack_is_of_name(attributes))) &&
	       !side_has(way->deny, family, reply);
}

/* --- flows --- */

static int on_flow(const struct nlmsghdr *message, void *context)
{
	const struct nlattr *attributes[CTA_MAX + 1];
	struct search *search = context;
	uint8_t family = conntrack_attributes(message, attributes);
	const struct way *way;
	struct conntrack_flow flow;

	if (family != search->family)
		return MNL_CB_OK;
	way = find_way(attributes[CTA_TUPLE_ORIG], family);
	if (!way || is_listed(way, family, attributes) ||
	    !conntrack_take(family, attributes, &flow))
		return MNL_CB_OK;
	conntrack_forget(search->forget_fd, &flow);
	search->n++;
	return MNL_CB_OK;
}

/* Adds a filter, so that the kernel sends only flows from this IPv4 address. There is none for
 * IPv6: kernels whose filter compares IPv6 addresses leave out the matching flows, and send the
 * others. */
static void put_source(struct nlmsghdr *message, const struct subnet *address)
{
	struct nlattr *tuple = mnl_attr_nest_start(message, CTA_TUPLE_ORIG), *part;

	part = mnl_attr_nest_start(message, CTA_TUPLE_IP);
	mnl_attr_put(message, CTA_IP_V4_SRC, address->size, address->address);
	mnl_attr_nest_end(message, part);
	mnl_attr_nest_end(message, tuple);
	part = mnl_attr_nest_start(message, CTA_FILTER);
	mnl_attr_put_u32(message, CTA_FILTER_ORIG_FLAGS, COMPARE_SOURCE);
	mnl_attr_put_u32(message, CTA_FILTER_REPLY_FLAGS, 0);
	mnl_attr_nest_end(message, part);
}

/* Ends flows of this family. address: that of the only way, or NULL. */
static int end_flows(int fd, int forget_fd, uint8_t family, const struct subnet *address)
{
	char buffer[1024] __attribute__((aligned(8)));
	struct search search = {.family = family, .forget_fd = forget_fd, .n = 1};
	int r = 0;

	for (int round = 0; r == 0 && search.n > 0 && round < ROUNDS_MAX; round++) {
		struct nlmsghdr *message =
			conntrack_begin(buffer, IPCTNL_MSG_CT_GET, NLM_F_DUMP, family);

		if (address)
			put_source(message, address);
		search.n = 0;
		r = conntrack_ask(fd, message, on_flow, &search);
	}
	return r;
}

/* Returns the only IPv4 address of ways, or NULL if there are several or none. */
static const struct subnet *only_address4(void)
{
	const struct subnet *only = NULL;

	for (size_t i = 0; i < lists.n_ways; i++) {
		if (lists.ways[i].address.size != destination_size(AF_INET))
			continue;
		if (only)
			return NULL;
		only = &lists.ways[i].address;
	}
	return only;
}

static int end_all(void)
{
	_cleanup_fd_ int fd = conntrack_open(), forget_fd = conntrack_open();
	int r = fd < 0 || forget_fd < 0 ? negative_errno() : 0;

	if (r == 0)
		r = end_flows(fd, forget_fd, AF_INET, only_address4());
	return r < 0 ? r : end_flows(fd, forget_fd, AF_INET6, NULL);
}

int conntrack_end_unlisted(const struct task_link *links, size_t n)
{
	lists.n_entries = lists.n_ways = 0;
	for (size_t i = 0; i < n; i++)
		if (links[i].egress && links[i].listed && !links[i].learned)
			read_list(&links[i]);
	return lists.n_ways > 0 ? end_all() : 0;
}
