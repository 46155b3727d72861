/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>
#include "daemon/kernel/child.h"
#include "daemon/kernel/link-message.h"
#include "daemon/kernel/link-find.h"
#include "daemon/kernel/link.h"
#include "daemon/kernel/qdisc.h"

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool has_address(const struct task_end *end, const char *text)
{
	for (size_t i = 0; i < end->n_addresses; i++)
		if (strcmp(end->addresses[i].text, text) == 0)
			return true;
	return false;
}

/* Removes and adds the addresses that only one of the two has. */
static void change_addresses(struct link_batch *batch, uint32_t index, const struct task_end *from,
			     const struct task_end *to)
{
	for (size_t i = 0; i < from->n_addresses; i++)
		if (!has_address(to, from->addresses[i].text))
			link_add_address(&batch->rtnl, index, from->addresses[i].text, false);
	for (size_t i = 0; i < to->n_addresses; i++)
		if (!has_address(from, to->addresses[i].text))
			link_add_address(&batch->rtnl, index, to->addresses[i].text, true);
	link_batch_expect(batch, STEP_ADDRESS);
}

static bool same_impairment(const struct wire_impairment *a, const struct wire_impairment *b)
{
	return a->given == b->given && a->delay == b->delay && a->jitter == b->jitter &&
	       a->loss == b->loss && a->duplicate == b->duplicate && a->corrupt == b->corrupt &&
	       a->reorder == b->reorder && a->rate == b->rate;
}

static int change_impairment(struct link_batch *batch, uint32_t index, const struct task_end *from,
			     const struct task_end *to, uint32_t detail, struct fault *fault)
{
	int r;

	if (same_impairment(&from->impairment, &to->impairment))
		return 0;
	if (to->impairment.given) {
		qdisc_add(&batch->rtnl, index, &to->impairment, to->mtu);
		link_batch_expect(batch, STEP_IMPAIR);
		return link_batch_commit(batch, detail, fault);
	}
	qdisc_add_removal(&batch->rtnl, index);
	r = rtnl_commit(&batch->rtnl, NULL);
	return r < 0 && r != -ENOENT ? fault_set(fault, STEP_IMPAIR, detail, -r) : 0;
}

/* Removes a gateway. It may have gone already, with its address or because the interface went
 * down. */
static void drop_gateway(struct link_batch *batch, uint32_t index, const char *gateway)
{
	if (!gateway)
		return;
	link_add_route(&batch->rtnl, index, gateway, false);
	(void)rtnl_commit(&batch->rtnl, NULL);
}

static int adjust_end(const struct host *host, const char *id, const struct task_end *from,
		      const struct task_end *to, uint32_t detail, struct fault *fault)
{
	_cleanup_fd_ int ns_fd = link_open_place(host, from, -1);
	struct link_batch batch = {};
	bool reroute = !same(from->gateway, to->gateway) || from->down != to->down ||
		       from->n_addresses != to->n_addresses;
	uint32_t index = 0;
	int r = ns_fd < 0 ? ns_fd : rtnl_open(&batch.rtnl, ns_fd);

	if (r == 0)
		r = link_find(&batch.rtnl, id, from, &index);
	if (r < 0) {
		if (ns_fd >= 0)
			rtnl_close(&batch.rtnl);
		return fault_set(fault, STEP_LINK_PLACE, detail, -r);
	}
	/* first, because it is the most likely to fail */
	r = change_impairment(&batch, index, from, to, detail, fault);
	for (size_t i = 0; !reroute && i < to->n_addresses; i++)
		reroute = !has_address(from, to->addresses[i].text);
	if (r == 0 && reroute)
		drop_gateway(&batch, index, from->gateway);
	if (!same(from->mac, to->mac) || from->mtu != to->mtu)
		link_add_change(&batch.rtnl, index, to->mac, to->mtu);
	link_batch_expect(&batch, STEP_LINK);
	if (r == 0)
		change_addresses(&batch, index, from, to);
	if (from->down != to->down)
		link_add_flags(&batch.rtnl, index, !to->down);
	link_batch_expect(&batch, STEP_LINK_UP);
	if (r == 0 && reroute && to->gateway && !to->down)
		link_add_route(&batch.rtnl, index, to->gateway, true);
	link_batch_expect(&batch, STEP_ROUTE);
	if (r == 0)
		r = link_batch_commit(&batch, detail, fault);
	rtnl_close(&batch.rtnl);
	return r;
}

int link_adjust(const struct host *host, const struct task_adjust *task, struct fault *fault)
{
	const struct task_link *from = &task->from, *to = &task->to;
	struct fault ignored = {};
	int r = adjust_end(host, from->id, &from->a, &to->a, 0, fault);

	if (r == 0) {
		r = adjust_end(host, from->id, &from->b, &to->b, 1, fault);
		if (r < 0)
			adjust_end(host, from->id, &to->b, &from->b, 1, &ignored);
	}
	if (r < 0)
		adjust_end(host, from->id, &to->a, &from->a, 0, &ignored);
	return r;
}

void child_adjust(const struct host *host, const struct task_adjust *task)
{
	struct task_report report = {};
	struct fault fault = {};

	child_begin();
	link_adjust(host, task, &fault);
	child_finish(host, &report, &fault);
}
