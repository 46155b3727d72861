/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The spawner, seen from the keeper: how it is started, and what its end means. */
#ifndef NSCTL_KEEPER_SPAWNER_H
#define NSCTL_KEEPER_SPAWNER_H

#include "daemon/keeper/base/keeper.h"

/* Starts the spawner and waits, which only a start of the daemon does, until it is ready. Returns 0
 * or -errno. */
int spawner_start(struct keeper *keeper);

#endif
