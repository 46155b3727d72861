/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Apply: a whole topology, all of it or nothing. Owns the order: networks, then sets (one after
 * those that its own links lead to), then links; a few at a time. Each part is made as if it had
 * been asked for alone; the first that fails ends it, and what was made goes again, backwards.
 * While it lasts, state/applying/GROUP is there (store.h): what a start finds of it is removed.
 */
#ifndef NSCTL_KEEPER_TOPOLOGY_H
#define NSCTL_KEEPER_TOPOLOGY_H

#include "daemon/keeper/request/request.h"

void apply_on_apply(struct keeper *keeper, struct request *request, struct wire_message *message);

#endif
