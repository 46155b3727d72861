/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Follows the host's routes while there are ways out: enables forwarding on the interfaces that
 * lead outside (egress.h), and warns of new routes to addresses of ways. The kernel reports
 * changes; nothing polls.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Begins to watch the host's routes. Logs a failure. */
void host_routes_listen(struct keeper *keeper);
void host_routes_stop(void);
