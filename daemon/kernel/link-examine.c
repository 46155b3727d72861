/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/child.h"
#include "daemon/kernel/link-state.h"

/* An end as it was found. */
struct examined {
	enum end_state state; /* 0: it cannot be read */
	struct task_lacks lacks;
	struct task_packets packets;
};

/* Examines an end. One that was moved counts as deleted here. */
static struct examined examine_end(const struct host *host, const char *id,
				   const struct task_end *end)
{
	_cleanup_fd_ int ns_fd = link_open_place(host, end, -1);
	struct examined examined = {};
	struct rtnl rtnl = {.fd = -1};
	uint32_t index = 0;
	int r;

	if (ns_fd < 0 || rtnl_open(&rtnl, ns_fd) < 0)
		return examined;
	r = link_find(&rtnl, id, end, &index);
	if (r == 0)
		examined.state =
			link_state_of(&rtnl, index, end, &examined.lacks, &examined.packets);
	else if (r == -ENODEV)
		examined.state = END_DELETED;
	rtnl_close(&rtnl);
	return examined;
}

/* Reports the state of an end. The kernel deletes both ends together, so one that is missing alone
 * was moved. */
static void report_end(const struct host *host, size_t position, const struct examined *end,
		       const struct examined *other)
{
	bool moved = end->state == END_DELETED && other->state && other->state != END_DELETED;
	struct task_report report = {
		.event = REPORT_END,
		.detail = position,
		.end_state = moved ? END_MOVED : end->state,
		.lacks = end->lacks,
		.packets = end->packets,
	};

	(void)child_report(host, &report, NULL, 0);
}

void child_examine(const struct host *host, const struct task_examine *task,
		   struct task_report *report _unused_, struct fault *fault _unused_)
{
	for (size_t i = 0; i < task->n_links; i++) {
		const struct task_link *link = &task->links[i];
		const struct examined a = examine_end(host, link->id, &link->a);
		const struct examined b = examine_end(host, link->id, &link->b);

		report_end(host, 2 * i, &a, &b);
		report_end(host, 2 * i + 1, &b, &a);
	}
}
