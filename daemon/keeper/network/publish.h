/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Published ports, which the daemon holds, so that no process takes them. */
#ifndef NSCTL_KEEPER_PUBLISH_H
#define NSCTL_KEEPER_PUBLISH_H

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/state/registry.h"

/* Holds the ports that a set publishes. Returns 0, or an error if a process has one already. */
int publish_hold(struct keeper *keeper, struct set *set, const struct wire_spec *spec,
		 struct failure *failure);
void publish_release(struct keeper *keeper, struct set *set);

/* Holds ports again after a restart. A port that another process has taken meanwhile stays
 * published. */
void publish_hold_again(struct keeper *keeper);

#endif
