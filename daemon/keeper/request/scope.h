/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The scope of a connection: the part of the interface that it may use. It follows from the set
 * that the peer is in, from [allow] of the configuration, and from whether the peer is confined (it
 * is in a user namespace, for instance) or filtered (by seccomp, for instance): policy/peer.h. */
#pragma once

#include "daemon/keeper/request/connection.h"

struct set;

/* Returns the innermost set that the peer is in, or NULL if it is in none. *ret_known: this is
 * certain. It is not if the peer is in the cgroup of a set that is gone, for instance. */
const struct set *scope_find_set(const struct keeper *keeper, const struct peer *peer,
				 bool *ret_known);
/* Decides what the connection may do: fills in its subject, and the reason why its scope is limited
 * (a sentence for SCOPE_CONFINED, the set's name for SCOPE_SET, else ""). connection->charged must
 * have been set. */
void scope_decide(const struct keeper *keeper, struct client_connection *connection,
		  char *ret_reason, size_t size);
