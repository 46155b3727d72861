/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/link-state.h"
#include "daemon/kernel/link.h"
#include "daemon/kernel/qdisc.h"
#include "daemon/kernel/sysctl.h"
#include "daemon/wire/way.h"

/* --- requests --- */

static void put_end(struct nlmsghdr *message, const struct task_end *end)
{
	mnl_attr_put_strz(message, IFLA_IFNAME, end->interface);
	link_put_mac(message, end->mac);
	if (end->mtu)
		mnl_attr_put_u32(message, IFLA_MTU, end->mtu);
	/* otherwise the kernel makes one for each processor, and then disables all but one, for
	 * which it waits (docs/kernel.md, 36) */
	mnl_attr_put_u32(message, IFLA_NUM_TX_QUEUES, 1);
	mnl_attr_put_u32(message, IFLA_NUM_RX_QUEUES, 1);
}

/* Adds the message that makes both ends, the peer in its own namespace. */
static void add_pair(struct rtnl *rtnl, const struct task_link *link, int peer_ns_fd)
{
	struct nlattr *info, *data, *peer;
	struct nlmsghdr *message;

	link_add_message(rtnl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, &message);
	put_end(message, &link->a);
	info = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_strz(message, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(message, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(message, VETH_INFO_PEER);
	/* the peer's own header */
	memset(mnl_nlmsg_get_payload_tail(message), 0, sizeof(struct ifinfomsg));
	message->nlmsg_len += MNL_ALIGN(sizeof(struct ifinfomsg));
	put_end(message, &link->b);
	if (link->egress)
		mnl_attr_put_u32(message, IFLA_GROUP, WAY_GROUP);
	mnl_attr_put_u32(message, IFLA_NET_NS_FD, peer_ns_fd);
	mnl_attr_nest_end(message, peer);
	mnl_attr_nest_end(message, data);
	mnl_attr_nest_end(message, info);
}

/* Adds messages that set the alias, by which makers recognise the link, the bridge, and the name
 * that the link's user has chosen. */
static void add_names(struct rtnl *rtnl, const char *id, const struct task_end *end, uint32_t index,
		      uint32_t bridge)
{
	struct nlmsghdr *message;
	struct nlattr *list;
	char alias[sizeof(LINK_TAG) + ID_SIZE];

	snprintf(alias, sizeof(alias), LINK_TAG "%s", id);
	link_add_message(rtnl, RTM_SETLINK, 0, index, &message);
	mnl_attr_put_strz(message, IFLA_IFALIAS, alias);
	if (bridge)
		mnl_attr_put_u32(message, IFLA_MASTER, bridge);
	if (!end->altname)
		return;
	link_add_message(rtnl, RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND, index,
			 &message);
	list = mnl_attr_nest_start(message, IFLA_PROP_LIST | NLA_F_NESTED);
	mnl_attr_put_strz(message, IFLA_ALT_IFNAME, end->altname);
	mnl_attr_nest_end(message, list);
}

/* --- making --- */

/* The indices of both ends, as reported by one of them. */
struct pair {
	uint32_t index, peer;
};

static int on_pair(const struct nlmsghdr *message, void *context)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute;
	struct pair *pair = context;

	pair->index = link->ifi_index;
	mnl_attr_for_each(attribute, message, sizeof(*link)) {
		if (mnl_attr_get_type(attribute) == IFLA_LINK)
			pair->peer = mnl_attr_get_u32(attribute);
	}
	return MNL_CB_OK;
}

static int get_pair(struct rtnl *rtnl, const char *name, struct pair *ret)
{
	struct nlmsghdr *message;

	link_add_message(rtnl, RTM_GETLINK, 0, 0, &message);
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	return rtnl_get(rtnl, on_pair, ret);
}

static int find_name(struct rtnl *rtnl, const char *name, uint32_t *ret_index)
{
	struct pair pair = {};
	int r = get_pair(rtnl, name, &pair);

	if (r == 0)
		*ret_index = pair.index;
	return r;
}

/* Sets up an end that has just been made. */
static int configure(struct link_batch *batch, const char *id, const struct task_end *end,
		     uint32_t index, uint32_t detail, struct fault *fault)
{
	uint32_t bridge = 0;
	int r = end->port ? find_name(&batch->rtnl, BRIDGE_NAME, &bridge) : 0;

	if (r < 0)
		return fault_set(fault, STEP_BRIDGE, detail, -r);
	add_names(&batch->rtnl, id, end, index, bridge);
	link_batch_expect(batch, end->port ? STEP_BRIDGE : STEP_LINK_NAME);
	for (size_t i = 0; i < end->n_addresses; i++)
		link_add_address(&batch->rtnl, index, end->addresses[i].text, true);
	link_batch_expect(batch, STEP_ADDRESS);
	if (end->impairment.given) {
		qdisc_add(&batch->rtnl, index, &end->impairment, end->mtu);
		link_batch_expect(batch, STEP_IMPAIR);
	}
	if (!end->down) {
		link_add_flags(&batch->rtnl, index, true);
		link_batch_expect(batch, STEP_LINK_UP);
	}
	return link_batch_commit(batch, detail, fault);
}

/* Adds routes. They need this interface up, but not the other end. */
static int add_routes(struct link_batch *batch, const struct task_end *end, uint32_t index,
		      uint32_t detail, struct fault *fault)
{
	for (size_t i = 0; !end->down && i < end->n_routes; i++)
		link_add_route(&batch->rtnl, index, &end->routes[i], true);
	link_batch_expect(batch, STEP_ROUTE);
	return link_batch_commit(batch, detail, fault);
}

/* Claims the addresses of a way out, so that no other interface of the host gets them. */
static int claim(struct link_batch *batch, const struct task_end *end, uint32_t index,
		 uint32_t detail, struct fault *fault)
{
	for (size_t i = 0; i < end->n_addresses; i++)
		link_add_claim(&batch->rtnl, index, end->addresses[i].text);
	link_batch_expect(batch, STEP_CLAIM);
	return link_batch_commit(batch, detail, fault);
}

/* Returns 0 if the name of end a is taken, else 1 for end b: the kernel does not report which. */
static uint32_t find_taken(struct rtnl *rtnl, const struct task_link *link)
{
	uint32_t index;

	return find_name(rtnl, link->a.interface, &index) == 0 ? 0 : 1;
}

static int make_pair(struct link_batch *batch, const struct task_link *link, const int fds[2],
		     uint32_t detail, struct pair *ret, struct fault *fault)
{
	int r = rtnl_open(&batch->rtnl, fds[0]);

	if (r < 0)
		return fault_set(fault, STEP_LINK_PLACE, detail, -r);
	add_pair(&batch->rtnl, link, fds[1]);
	r = rtnl_commit(&batch->rtnl, NULL);
	if (r < 0)
		return fault_set(fault, STEP_LINK,
				 detail + (r == -EEXIST ? find_taken(&batch->rtnl, link) : 0), -r);
	fault_point("link-made");
	return fault_if(fault, STEP_LINK, detail, get_pair(&batch->rtnl, link->a.interface, ret));
}

/* Ignores router advertisements on the host's end: a user sends the packets that come in there. */
static void ignore_advertisements(const struct host *host, const struct task_link *link)
{
	const struct task_end *end = link->a.host ? &link->a : &link->b;
	char path[96];
	int fd;

	if (!end->host || setns(host->net_fd, CLONE_NEWNET) < 0)
		return;
	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/accept_ra", end->interface);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	/* a kernel without IPv6 receives none */
	if (fd >= 0)
		(void)!write(fd, "0", 1);
	close_fd(fd);
}

/* Sets up one end after the other: the first one's routes do not depend on the second. */
static int configure_both(struct link_batch *batch, const struct task_link *link, const int fds[2],
			  const struct pair *pair, uint32_t detail, struct fault *fault)
{
	int r = configure(batch, link->id, &link->a, pair->index, detail, fault);

	if (r == 0)
		r = add_routes(batch, &link->a, pair->index, detail, fault);
	rtnl_close(&batch->rtnl);
	fault_point("link-named");
	if (r < 0)
		return r;
	r = rtnl_open(&batch->rtnl, fds[1]);
	if (r < 0)
		return fault_set(fault, STEP_LINK_PLACE, detail + 1, -r);
	r = configure(batch, link->id, &link->b, pair->peer, detail + 1, fault);
	if (r == 0)
		r = add_routes(batch, &link->b, pair->peer, detail + 1, fault);
	if (r == 0 && link->egress)
		r = claim(batch, &link->b, pair->peer, detail + 1, fault);
	return r;
}

static int make_one(const struct host *host, const struct task_link *link, int own_fd,
		    uint32_t detail, struct fault *fault)
{
	_cleanup_fd_ int a_fd = link_open_place(host, &link->a, own_fd);
	_cleanup_fd_ int b_fd = link_open_place(host, &link->b, own_fd);
	const int fds[2] = {a_fd, b_fd};
	struct link_batch batch = {.rtnl.fd = -1};
	struct fault ignored = {};
	struct pair pair = {};
	bool made;
	int r;

	for (uint32_t i = 0; i < 2; i++)
		if (fds[i] < 0)
			return fault_set(fault, STEP_LINK_PLACE, detail + i, -fds[i]);
	r = make_pair(&batch, link, fds, detail, &pair, fault);
	made = r == 0;
	if (r == 0)
		ignore_advertisements(host, link);
	if (r == 0)
		r = configure_both(&batch, link, fds, &pair, detail, fault);
	rtnl_close(&batch.rtnl);
	if (r == 0)
		link_await(link, fds);
	if (r < 0 && made)
		link_remove(host, link, own_fd, &ignored);
	fault_point("link-furnished");
	return r;
}

int link_make_all(const struct host *host, const struct task_link *links, size_t n, int own_fd,
		  struct fault *fault)
{
	struct fault ignored = {};

	for (size_t i = 0; i < n; i++) {
		int r = make_one(host, &links[i], own_fd, 2 * i, fault);

		if (r == 0)
			continue;
		while (i-- > 0)
			link_remove(host, &links[i], own_fd, &ignored);
		return r;
	}
	return 0;
}

/* --- bridges --- */

static void add_bridge(struct rtnl *rtnl)
{
	struct nlmsghdr *message;
	struct ifinfomsg *header =
		link_add_message(rtnl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, &message);
	struct nlattr *info;

	header->ifi_flags = IFF_UP;
	header->ifi_change = IFF_UP;
	mnl_attr_put_strz(message, IFLA_IFNAME, BRIDGE_NAME);
	info = mnl_attr_nest_start(message, IFLA_LINKINFO);
	mnl_attr_put_strz(message, IFLA_INFO_KIND, "bridge");
	mnl_attr_nest_end(message, info);
}

static int forward(const struct host *host)
{
	int r = sysctl_write(host, "net/ipv4/ip_forward", "1");

	if (r == 0)
		r = sysctl_write(host, "net/ipv6/conf/all/forwarding", "1");
	/* a kernel without IPv6 does not have this file */
	return r == -ENOENT ? 0 : r;
}

int link_make_bridge(const struct host *host, const struct task_bridge *bridge, struct fault *fault)
{
	struct link_batch batch = {};
	uint32_t index = 0;
	int r = rtnl_open(&batch.rtnl, -1);

	if (r < 0)
		return fault_set(fault, STEP_BRIDGE, 0, -r);
	add_bridge(&batch.rtnl);
	r = rtnl_commit(&batch.rtnl, NULL);
	if (r == 0)
		r = find_name(&batch.rtnl, BRIDGE_NAME, &index);
	if (r == 0 && bridge->forward)
		r = forward(host);
	fault_if(fault, STEP_BRIDGE, 0, r);
	for (size_t i = 0; r == 0 && i < bridge->n_addresses; i++)
		link_add_address(&batch.rtnl, index, bridge->addresses[i].text, true);
	link_batch_expect(&batch, STEP_ADDRESS);
	if (r == 0)
		r = link_batch_commit(&batch, 0, fault);
	rtnl_close(&batch.rtnl);
	return r;
}

void child_link(const struct host *host, const struct task_one_link *task,
		struct task_report *report _unused_, struct fault *fault)
{
	link_make_all(host, &task->link, 1, -1, fault);
}
