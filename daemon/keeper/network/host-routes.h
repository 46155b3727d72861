/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watches the host's routes for the ways out of sets and networks (egress.h). Soon after a change,
 * has forwarding enabled on the interfaces that lead outside (egress_follow()). Logs a warning if a
 * new route leads to a subnet with addresses of a way out. The kernel reports changes; nothing
 * polls.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Begins to watch the host's routes. Logs a failure. */
void host_routes_listen(struct keeper *keeper);
void host_routes_stop(void);
