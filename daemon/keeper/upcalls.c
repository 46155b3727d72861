/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/methods.h"
#include "daemon/keeper/request/connection.h"
#include "daemon/keeper/request/events.h"
#include "daemon/keeper/set/idle.h"
#include "daemon/keeper/set/learn.h"
#include "daemon/keeper/set/lease.h"
#include "daemon/keeper/set/remove.h"
#include "daemon/keeper/set/session-end.h"
#include "daemon/keeper/set/session.h"
#include "daemon/keeper/upcalls.h"

static void on_connection_gone(struct keeper *keeper, struct client_connection *connection)
{
	if (connection->has_leases) {
		session_connection_gone(keeper, connection->number);
		lease_connection_gone(keeper, connection->number);
	}
	learn_connection_gone(connection->number);
	events_end(keeper, connection);
}

static void on_network_idle(struct keeper *keeper, struct set *set)
{
	idle_look(keeper, set);
	/* may free the set */
	remove_go_on(keeper, set);
}

const struct upcalls upcalls = {
	.message = methods_dispatch,
	.connection_gone = on_connection_gone,
	.front_writable = events_resume,
	.network_idle = on_network_idle,
};
