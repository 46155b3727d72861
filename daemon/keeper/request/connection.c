/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/base/arrival-queue.h"
#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/request/closer.h"
#include "daemon/keeper/request/connection.h"
#include "daemon/keeper/request/front-state.h"
#include "daemon/keeper/state/quota.h"

void connection_count_fruitless(struct keeper *keeper, uid_t uid)
{
	arrival_queue_count_fruitless(keeper->arrival_queue, uid, clock_boottime());
}

bool connection_is_open(const struct keeper *keeper, uint32_t number)
{
	for (const struct front_process *front = keeper->fronts; front; front = front->next)
		if (LIST_FIND(front->connections, at, next, at->number == number))
			return true;
	return false;
}

void connection_free(struct keeper *keeper, struct client_connection *connection)
{
	if (!connection->has_asked)
		connection_count_fruitless(keeper, connection->charged);
	quota_add(keeper, connection->charged, QUOTA_CONNECTIONS, -1);
	peer_done(&connection->peer);
	closer_close(keeper, connection->socket_fd);
	free(connection);
}
