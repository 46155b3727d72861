/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The clock of leases: when the next set expires, by time or by idleness. It is CLOCK_BOOTTIME,
 * which neither a change of the date nor a suspend stops or moves.
 */
#ifndef NSCTL_KEEPER_EXPIRY_H
#define NSCTL_KEEPER_EXPIRY_H

#include "daemon/keeper/base/keeper.h"

typedef void set_expired(struct keeper *keeper, struct set *set, const char *how);

/* Makes the clock. From now on expired is called for each set whose time has come, with "time" or
 * "idle": the set then expires by neither any more. Returns 0 or -errno. */
int expiry_open(struct keeper *keeper, set_expired *expired);
void expiry_close(void);

/* The set's lease_expires or idle_expires has changed. */
void expiry_settle(struct keeper *keeper, struct set *set);

#endif
