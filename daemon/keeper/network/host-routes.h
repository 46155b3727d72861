/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Follows the host's routes while there are ways out: forwarding is enabled on the interfaces that
 * lead out (egress.h), and a new route to addresses of a way is reported. The kernel tells of
 * changes; nothing polls.
 */
#ifndef NSCTL_KEEPER_HOST_ROUTES_H
#define NSCTL_KEEPER_HOST_ROUTES_H

#include "daemon/keeper/base/keeper.h"

void host_routes_listen(struct keeper *keeper);
void host_routes_stop(void);

#endif
