/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/child.h"
#include "daemon/kernel/link-state.h"
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

static int change_impairment(struct link_batch *batch, uint32_t index, const struct task_end *from,
			     const struct task_end *to, uint32_t detail, struct fault *fault)
{
	int r;

	if (!from->impairment.given && !to->impairment.given)
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

static bool has_route(const struct task_end *end, const struct wire_route *route)
{
	for (size_t i = 0; i < end->n_routes; i++) {
		const struct wire_route *other = &end->routes[i];

		if (same(other->destination, route->destination) && same(other->via, route->via) &&
		    same(other->source, route->source) && other->metric == route->metric)
			return true;
	}
	return false;
}

/* Removes routes and addresses that only the former state has. Failures are ignored: a route may
 * have gone with its address, or when the interface went down. */
static void drop_former(struct link_batch *batch, uint32_t index, const struct task_end *from,
			const struct task_end *to)
{
	for (size_t i = 0; i < from->n_routes; i++)
		if (!has_route(to, &from->routes[i]))
			link_add_route(&batch->rtnl, index, &from->routes[i], false);
	for (size_t i = 0; i < from->n_addresses; i++)
		if (!has_address(to, from->addresses[i].text))
			link_add_address(&batch->rtnl, index, from->addresses[i].text, false);
	(void)rtnl_commit(&batch->rtnl, NULL);
}

static int adjust_end(const struct host *host, const char *id, const struct task_end *from,
		      const struct task_end *to, uint32_t detail, struct fault *fault)
{
	_cleanup_fd_ int ns_fd = link_open_place(host, from, -1);
	struct link_batch batch = {.rtnl.fd = -1};
	uint32_t index = 0;
	int r = ns_fd < 0 ? ns_fd : rtnl_open(&batch.rtnl, ns_fd);

	if (r == 0)
		r = link_find(&batch.rtnl, id, from, &index);
	fault_if(fault, STEP_LINK_PLACE, detail, r);
	/* the impairment comes first, because it is the most likely to fail */
	if (r == 0)
		r = change_impairment(&batch, index, from, to, detail, fault);
	if (r == 0) {
		drop_former(&batch, index, from, to);
		r = link_restore_end(&batch, index, to, detail, fault);
	}
	rtnl_close(&batch.rtnl);
	return r;
}

/* Waits until the link is usable, if it is up. */
static void await(const struct host *host, const struct task_link *link)
{
	_cleanup_fd_ int a_fd = link_open_place(host, &link->a, -1);
	_cleanup_fd_ int b_fd = link_open_place(host, &link->b, -1);

	if (a_fd >= 0 && b_fd >= 0)
		link_await(link, (const int[]){a_fd, b_fd});
}

/* Changes a link from task->from into task->to, and puts back what the kernel or the owner of a set
 * has changed at its ends meanwhile. On failure it is changed back. */
void child_adjust(const struct host *host, const struct task_adjust *task,
		  struct task_report *report _unused_, struct fault *fault)
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
	else
		await(host, to);
}
