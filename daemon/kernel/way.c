/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/rtnetlink.h>
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/firewall-table.h"
#include "daemon/kernel/link.h"
#include "daemon/kernel/rtnl.h"
#include "daemon/kernel/way.h"
#include "daemon/wire/way.h"

/* Storage for strings of the shifted ends. */
struct shifted_text {
	char addresses[END_ADDRESSES_MAX][ADDRESS_SIZE];
	char hops[TASK_ROUTES_MAX][ADDRESS_SIZE];
};

static void shift_end(struct task_end *end, uint32_t ways, struct shifted_text *text)
{
	for (size_t i = 0; i < end->n_addresses; i++) {
		way_shift(end->addresses[i].text, ways, text->addresses[i]);
		end->addresses[i].text = text->addresses[i];
	}
	for (size_t i = 0; i < end->n_routes; i++) {
		way_shift(end->routes[i].via, ways, text->hops[i]);
		end->routes[i].via = text->hops[i];
	}
}

static void shift_link(const struct task_link *link, uint32_t ways, struct task_link *ret)
{
	static struct shifted_text texts[2];

	*ret = *link;
	shift_end(&ret->a, ways, &texts[0]);
	shift_end(&ret->b, ways, &texts[1]);
}

/* --- addresses in use on the host --- */

static unsigned int prefix_of(const struct subnet *subnet)
{
	unsigned int n = 0;

	for (uint32_t i = 0; i < subnet->size; i++)
		n += __builtin_popcount(subnet->mask[i]);
	return n;
}

static int on_route(const struct nlmsghdr *message, void *context)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(message);
	unsigned int *prefix = context;

	*prefix = route->rtm_dst_len;
	return MNL_CB_OK;
}

/* Returns true if a route of the host within the pool leads to the address, or is for the address
 * itself. */
static bool is_taken(struct rtnl *rtnl, const struct subnet *address, const struct subnet *pool)
{
	unsigned int prefix = 0;
	struct rtmsg *header;
	struct nlmsghdr *message =
		rtnl_add(rtnl, RTM_GETROUTE, 0, sizeof(*header), (void **)&header);

	header->rtm_family = address->size == 4 ? AF_INET : AF_INET6;
	header->rtm_dst_len = 8 * address->size;
	header->rtm_flags = RTM_F_FIB_MATCH;
	mnl_attr_put(message, RTA_DST, address->size, address->address);
	/* if there is no route at all, the kernel answers with an error */
	return rtnl_get(rtnl, on_route, &prefix) == 0 && prefix >= prefix_of(pool);
}

static bool lies_in(const struct subnet *address, const struct subnet *pool)
{
	for (uint32_t i = 0; i < pool->size; i++)
		if ((address->address[i] & pool->mask[i]) != pool->address[i])
			return false;
	return true;
}

enum candidate { CANDIDATE_FREE, CANDIDATE_TAKEN, CANDIDATE_NONE };

static enum candidate judge_end(struct rtnl *rtnl, const struct task_firewall *firewall,
				const struct task_end *end)
{
	for (size_t i = 0; i < end->n_addresses; i++) {
		const struct subnet address = firewall_subnet(end->addresses[i].text);
		const struct subnet pool = firewall_subnet(firewall->pools[address.size != 4]);

		if (!lies_in(&address, &pool))
			return CANDIDATE_NONE;
		if (is_taken(rtnl, &address, &pool))
			return CANDIDATE_TAKEN;
	}
	return CANDIDATE_FREE;
}

static enum candidate judge(struct rtnl *rtnl, const struct task_firewall *firewall,
			    const struct task_link *link)
{
	enum candidate result = judge_end(rtnl, firewall, &link->a);

	return result == CANDIDATE_FREE ? judge_end(rtnl, firewall, &link->b) : result;
}

/* --- choosing addresses --- */

/* Finds the first addresses, from *shift on, that the host does not use. */
static int choose(const struct host *host, const struct task_firewall *firewall,
		  const struct task_link *proposed, struct task_link *ret, uint32_t *shift,
		  struct fault *fault)
{
	enum candidate result;
	_cleanup_rtnl_ struct rtnl rtnl;
	int r = rtnl_open(&rtnl, host->net_fd);

	if (r < 0)
		return fault_set(fault, STEP_POOL, 0, -r);
	for (;;) {
		shift_link(proposed, *shift, ret);
		result = judge(&rtnl, firewall, ret);
		if (result != CANDIDATE_TAKEN)
			break;
		*shift += 1;
	}
	return result == CANDIDATE_NONE ? fault_set(fault, STEP_POOL, 0, EADDRNOTAVAIL) : 0;
}

int way_make(const struct host *host, const struct task_firewall *firewall,
	     const struct task_link *proposed, int own_fd, struct task_link *ret,
	     uint32_t *ret_shift, struct fault *fault)
{
	int r;

	*ret_shift = 0;
	for (;;) {
		r = choose(host, firewall, proposed, ret, ret_shift, fault);
		fault_point("way-chosen");
		if (r == 0)
			r = link_make_all(host, ret, 1, own_fd, fault);
		/* another daemon has claimed the addresses meanwhile */
		if (r != -EEXIST || fault->step != STEP_CLAIM)
			return r;
		*fault = (struct fault){};
		*ret_shift += 1;
	}
}
