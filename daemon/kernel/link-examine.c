/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/child.h"
#include "daemon/kernel/link-find.h"
#include "daemon/kernel/link-message.h"
#include "daemon/kernel/link-state.h"
#include "daemon/kernel/link.h"

/* Returns the state of an end, or 0 if it cannot be read. An end that was moved counts as deleted
 * here. */
static enum end_state examine_end(const struct host *host, const char *id,
				  const struct task_end *end)
{
	_cleanup_fd_ int ns_fd = link_open_place(host, end, -1);
	struct rtnl rtnl = {.fd = -1};
	enum end_state state = 0;
	uint32_t index = 0;
	int r;

	if (ns_fd < 0 || rtnl_open(&rtnl, ns_fd) < 0)
		return 0;
	r = link_find(&rtnl, id, end, &index);
	if (r == 0)
		state = link_state_of(&rtnl, index, end);
	else if (r == -ENODEV)
		state = END_DELETED;
	rtnl_close(&rtnl);
	return state;
}

static void report_end(const struct host *host, size_t position, enum end_state state)
{
	struct task_report report = {
		.event = REPORT_END,
		.detail = position,
		.end_state = state,
	};

	(void)child_report(host, &report, NULL, 0);
}

void child_examine(const struct host *host, const struct task_examine *task)
{
	struct task_report report = {};
	struct fault fault = {};

	child_begin();
	for (size_t i = 0; i < task->n_links; i++) {
		const struct task_link *link = &task->links[i];
		const enum end_state a = examine_end(host, link->id, &link->a);
		const enum end_state b = examine_end(host, link->id, &link->b);

		/* the kernel deletes both ends together, so one that is missing alone was moved */
		report_end(host, 2 * i, a == END_DELETED && b && b != a ? END_MOVED : a);
		report_end(host, 2 * i + 1, b == END_DELETED && a && a != b ? END_MOVED : b);
	}
	child_finish(host, &report, &fault);
}
