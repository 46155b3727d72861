/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes a list while packets pass. */
#include "daemon/kernel/child.h"
#include "daemon/kernel/conntrack.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/firewall-list.h"
#include "daemon/kernel/firewall-refused.h"
#include "daemon/kernel/firewall.h"
#include "daemon/kernel/nft.h"

/* Without the list's chains, the table is about to be restored, as the record says; until then
 * nothing passes. */
static int change(struct nft *nft, const struct task_relist *task, struct fault *fault)
{
	struct task_link link = task->link;
	int r;

	nft_begin(nft);
	firewall_list_change(nft, &task->link);
	r = nft_commit(nft);
	fault_point("list-changed");
	if (r < 0 && r != -ENOENT)
		return fault_set(fault, STEP_FIREWALL, 0, -r);
	link.named &= !task->end_named;
	r = conntrack_end_unlisted(&link, 1);
	fault_point("list-enforced");
	return r < 0 ? fault_set(fault, STEP_CONNECTIONS, 0, -r) : 0;
}

void child_relist(const struct host *host, const struct task_relist *task)
{
	struct task_report report = {};
	struct nft nft = {.fd = -1};
	struct fault fault = {};
	int r;

	child_begin();
	r = firewall_open(host, &task->firewall, &nft, &fault);
	if (r == 0 && task->change)
		r = change(&nft, task, &fault);
	if (r == 0)
		firewall_refused_report(host, &nft, task->link.b.interface, &report);
	child_finish(host, &report, &fault);
}
