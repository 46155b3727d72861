/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The clock of leases. It calls a function when a set expires: when the time of its lease is over,
 * or when the set has been idle for long enough (lease.h). It follows CLOCK_BOOTTIME, so changes of
 * the date do not move it, and it goes on during a suspend. */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Called when a set expires. how: "time" or "idle". */
typedef void set_expired(struct keeper *keeper, struct set *set, const char *how);

/* Makes the clock. From now on, calls expired() for each set that expires, after clearing the set's
 * times of expiry. Returns 0 or -errno. */
int expiry_open(struct keeper *keeper, set_expired *expired);
void expiry_close(void);

/* Updates the clock for this set. Must be called when the set's lease.span_expires or
 * lease.idle_expires has changed. */
void expiry_settle(struct keeper *keeper, struct set *set);
