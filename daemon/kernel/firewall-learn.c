/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lets through what a list does not have, while packets pass. */
#include "daemon/kernel/conntrack.h"
#include "daemon/kernel/fault-point.h"
#include "daemon/kernel/firewall-learned.h"
#include "daemon/kernel/firewall-list.h"
#include "daemon/kernel/firewall-refused.h"
#include "daemon/kernel/firewall.h"

/* Changes the list and what is let through in one transaction. Without the list's chains, the table
 * is about to be restored; until then nothing passes. */
static int change(struct nft *nft, const struct task_learn *task, struct fault *fault)
{
	struct task_link link = task->link;
	int r;

	/* a list that leads nowhere is not learned either */
	link.learned &= task->seconds > 0;
	nft_begin(nft);
	firewall_learned_for(nft, link.b.interface, UINT64_C(1000) * task->seconds);
	if (task->begin || !link.learned)
		firewall_list_change(nft, &link);
	r = nft_commit(nft);
	if (r < 0 && r != -ENOENT)
		return fault_set(fault, STEP_FIREWALL, 0, -r);
	fault_point(link.learned ? "learning" : "learned");
	r = link.learned ? 0 : conntrack_end_unlisted(&link, 1);
	return r < 0 ? fault_set(fault, STEP_CONNECTIONS, 0, -r) : 0;
}

/* Removes the sets of a list that is not learned any more. */
static int clean_up(struct nft *nft, const char *interface, struct fault *fault)
{
	int r;

	nft_begin(nft);
	firewall_learned_remove(nft, interface);
	r = nft_commit(nft);
	return r < 0 && r != -ENOENT ? fault_set(fault, STEP_FIREWALL, 0, -r) : 0;
}

static int learn(struct nft *nft, const struct host *host, const void *context,
		 struct task_report *report, struct fault *fault)
{
	const struct task_learn *task = context;
	const char *interface = task->link.b.interface;
	int r = change(nft, task, fault);

	if (r == 0)
		report->full = firewall_count_report(host, nft, FIREWALL_LEARNED, interface);
	return r == 0 && task->seconds == 0 ? clean_up(nft, interface, fault) : r;
}

void child_learn(const struct host *host, const struct task_learn *task)
{
	firewall_child(host, &task->firewall, learn, task);
}
