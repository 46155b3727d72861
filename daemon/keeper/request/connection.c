/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/arrival-queue.h"
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/policy/config.h"
#include "daemon/keeper/request/closer.h"
#include "daemon/keeper/request/connection.h"
#include "daemon/keeper/state/registry.h"

int connection_count(struct keeper *keeper, uid_t uid, struct failure *failure)
{
	struct registry_use *use = registry_use(keeper->registry, uid);
	uint32_t limit = keeper->config->limits.connections;

	if (!use)
		return failure_from_errno(failure, -ENOMEM, "serve the connection");
	if (uid != 0 && use->connections >= limit) {
		/* with a limit of zero, this drops the counters that
		 * registry_use() has just made */
		registry_use_settle(keeper->registry, uid);
		return failure_set(failure, ERROR_LIMIT_EXCEEDED, limit, "connections", NULL);
	}
	use->connections++;
	return 0;
}

void connection_uncount(struct keeper *keeper, uid_t uid)
{
	struct registry_use *use = registry_use(keeper->registry, uid);

	if (use && use->connections > 0)
		use->connections--;
	registry_use_settle(keeper->registry, uid);
}

void connection_count_fruitless(struct keeper *keeper, uid_t uid)
{
	arrival_queue_count_fruitless(keeper->arrival_queue, uid, clock_boottime());
}

void connection_free(struct keeper *keeper, struct client_connection *connection)
{
	if (!connection->has_asked)
		connection_count_fruitless(keeper, connection->charged);
	connection_uncount(keeper, connection->charged);
	peer_done(&connection->peer);
	closer_close(keeper, connection->socket_fd);
	free(connection);
}
