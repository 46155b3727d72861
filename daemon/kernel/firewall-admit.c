/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/firewall-admit.h"
#include "daemon/kernel/firewall-named.h"
#include "daemon/kernel/firewall.h"

static int admit(struct nft *nft, const struct host *host _unused_, const void *context,
		 struct task_report *report _unused_, struct fault *fault)
{
	const struct task_admit *task = context;
	int r;

	nft_begin(nft);
	for (size_t i = 0; i < task->n_addresses; i++)
		for (size_t j = 0; j < task->n_services; j++)
			firewall_admit(nft, task->interface, &task->addresses[i],
				       &task->services[j]);
	r = nft_commit(nft);
	return r < 0 ? fault_set(fault, STEP_FIREWALL, 0, -r) : 0;
}

void child_admit(const struct host *host, const struct task_admit *task)
{
	firewall_child(host, &task->firewall, admit, task);
}
