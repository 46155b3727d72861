/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ends makers at the start: see recovery.h. */
#ifndef NSCTL_KEEPER_RECOVERY_MAKERS_H
#define NSCTL_KEEPER_RECOVERY_MAKERS_H

#include "daemon/keeper/base/keeper.h"

/* Kills the makers of an earlier daemon, and waits until they have ended or are stuck. Returns 0 or
 * -errno. */
int recover_end_makers(struct keeper *keeper);

#endif
