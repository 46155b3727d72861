/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A part of the start: see recovery.h. */
#ifndef NSCTL_KEEPER_RECOVERY_MAKERS_H
#define NSCTL_KEEPER_RECOVERY_MAKERS_H

#include "daemon/keeper/base/keeper.h"

/* Kills the makers of a daemon before this one, and waits until they have ended or can only end.
 * Returns 0 or -errno. */
int recover_end_makers(struct keeper *keeper);

#endif
