/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/prune.h"

#include "client/networks.h"
#include "client/sets.h"

/* Removes the sets first, as that ends the commands that use the networks. Links go with both. */
int prune_run(struct client *client, struct options *options)
{
	int failed = sets_remove_all(client, options->parameters), r;

	if (failed == STATUS_UNREACHABLE)
		return failed;
	r = networks_remove_all(client);
	return r == STATUS_UNREACHABLE ? r : MAX(failed, r);
}
