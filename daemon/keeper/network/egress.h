/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ways to the outside: of sets with egress or published ports, and of networks with egress. Each is
 * a link to the host that the daemon makes, with addresses of the pool and elements in the
 * firewall's table. The table is restored after a restart, and after others have flushed or
 * reloaded the host's rules. It is removed with the last way.
 */
#ifndef NSCTL_KEEPER_EGRESS_H
#define NSCTL_KEEPER_EGRESS_H

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/network/link-plan.h"

/* Fills in the description of the table for workers. *ret points into keeper. */
void egress_fill(struct keeper *keeper, struct task_firewall *ret);

/* Plans the way to the outside that the set's specification, or the network, asks for: fills in the
 * link to be made (wish->wire NULL: none), and holds the published ports. Returns 0 or an error. */
int egress_plan(struct keeper *keeper, struct set *set, const struct wire_spec *spec,
		struct link_wish *wish, struct failure *failure);
/* Fills in the parts of a link's task that come from its set's specification. *ret points into
 * *spec. */
void egress_fill_link(const struct link *link, struct wire_spec *spec, struct task_link *ret);

/* Adapts to the host's routes: forwarding is enabled on what leads out now. */
void egress_follow(struct keeper *keeper);
/* To be called when a way was removed with its set: the table is removed with the last way. */
void egress_gone(struct keeper *keeper);

/* Listens to changes of the host's rules. To be called before privilege is dropped. */
void egress_listen(struct keeper *keeper);
/* Restores the table at the start, after the records are loaded. */
void egress_start(struct keeper *keeper);
void egress_stop(struct keeper *keeper);

#endif
