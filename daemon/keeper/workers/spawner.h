/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The spawner, as the keeper sees it: starting it, and what follows from its end. */
#ifndef NSCTL_KEEPER_SPAWNER_H
#define NSCTL_KEEPER_SPAWNER_H

#include "daemon/keeper/base/keeper.h"

/* Starts the spawner and waits until it is ready, which is acceptable only because the daemon is
 * starting. Returns 0 or -errno. */
int spawner_start(struct keeper *keeper);

#endif
