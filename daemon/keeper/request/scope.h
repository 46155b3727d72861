/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The scope of a connection: the part of the interface that it may use. It follows from facts that
 * policy/peer.c has read: in which set the peer is, and whether the peer is confined or filtered.
 */
#pragma once

#include "daemon/keeper/request/connection.h"

struct set;

/* Finds the innermost set that the peer is in, or returns NULL. A cgroup of a set that is gone does
 * not say where the peer is: then *ret_known is false. */
const struct set *scope_find_set(const struct keeper *keeper, const struct peer *peer,
				 bool *ret_known);
/* Decides what the connection may do: fills in its subject, and why its scope is limited (a
 * sentence for SCOPE_CONFINED, the set's name for SCOPE_SET, else ""). Must be called when it is
 * known which user the connection is charged to. */
void scope_decide(const struct keeper *keeper, struct client_connection *connection,
		  char *ret_reason, size_t size);
