/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/kernel/child.h"
#include "daemon/kernel/firewall-admit.h"
#include "daemon/kernel/firewall-named.h"
#include "daemon/kernel/firewall.h"

void child_admit(const struct host *host, const struct task_admit *task)
{
	struct task_report report = {};
	struct nft nft = {.fd = -1};
	struct fault fault = {};
	int r;

	child_begin();
	r = firewall_open(host, &task->firewall, &nft, &fault);
	if (r == 0) {
		nft_begin(&nft);
		for (size_t i = 0; i < task->n_addresses; i++)
			for (size_t j = 0; j < task->n_services; j++)
				firewall_admit(&nft, task->interface, &task->addresses[i],
					       &task->services[j]);
		r = nft_commit(&nft);
		if (r < 0)
			fault_set(&fault, STEP_FIREWALL, 0, -r);
	}
	nft_close(&nft);
	child_finish(host, &report, &fault);
}
