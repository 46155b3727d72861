/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes a list while packets pass. */
#include "daemon/kernel/conntrack.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/firewall-list.h"
#include "daemon/kernel/firewall-refused.h"
#include "daemon/kernel/firewall.h"

/* Changes a way's list. If the list's chains are missing, the table is about to be restored, as the
 * record says; until then nothing passes. */
static int change(struct nft *nft, const struct task_relist *task, struct fault *fault)
{
	int r;

	nft_begin(nft);
	firewall_list_change(nft, &task->link);
	r = nft_commit(nft);
	fault_point("list-changed");
	if (r < 0 && r != -ENOENT)
		return fault_set(fault, STEP_FIREWALL, 0, -r);
	r = conntrack_end_unlisted(&task->link, 1);
	fault_point("list-enforced");
	return r < 0 ? fault_set(fault, STEP_CONNECTIONS, 0, -r) : 0;
}

static int relist(struct nft *nft, const struct host *host, const void *context,
		  struct task_report *report, struct fault *fault)
{
	const struct task_relist *task = context;
	int r = task->change ? change(nft, task, fault) : 0;

	if (r == 0)
		firewall_refused_report(host, nft, task->link.b.interface, report);
	return r;
}

void child_relist(const struct host *host, const struct task_relist *task)
{
	firewall_child(host, &task->firewall, relist, task);
}
