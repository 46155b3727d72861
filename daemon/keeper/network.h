/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Networks: segments that sets are linked to. Each is a bridge in a net namespace of its own, so
 * that the host's list of interfaces does not grow, and is kept as a set of that one namespace
 * (registry.h): lifecycle.c makes and removes it. Its removal takes its links along.
 */
#ifndef NSCTL_KEEPER_NETWORK_H
#define NSCTL_KEEPER_NETWORK_H

#include "daemon/keeper/keeper.h"

void network_on_create(struct keeper *keeper, struct request *request,
		       struct wire_message *message);
void network_on_remove(struct keeper *keeper, struct request *request,
		       struct wire_message *message);
void network_on_list(struct keeper *keeper, struct request *request, struct wire_message *message);

#endif
