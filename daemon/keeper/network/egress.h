/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ways to the outside: of sets with egress or published ports, and of networks with egress. Each is
 * a link to the host of the daemon's own, with addresses of the pool, which the firewall knows. The
 * table of the firewall is kept as it should be: after a restart, and when somebody flushes or
 * reloads the host's rules, it is put back; when the last way goes, it goes.
 */
#ifndef NSCTL_KEEPER_EGRESS_H
#define NSCTL_KEEPER_EGRESS_H

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/network/link-plan.h"

/* What the spawner is told of the table; views on keeper. */
void egress_fill(struct keeper *keeper, struct task_firewall *ret);

/* Plans the way to the outside that the set's specification, or the network, asks for: fills in
 * what the link is to be (wish->wire NULL: none is asked for), and holds the published ports.
 * Returns 0 or an error. */
int egress_plan(struct keeper *keeper, struct set *set, const struct wire_spec *spec,
		struct wiring_wish *wish, struct failure *failure);
/* What of a link's order only its set's specification knows. spec is where ports' strings lie: it
 * must outlive ret. */
void egress_fill_link(const struct link *link, struct wire_spec *spec, struct task_link *ret);

/* A way has gone with its set: the last one takes the table along. */
void egress_gone(struct keeper *keeper);

/* Before privilege is dropped: listens to changes of the host's rules. */
void egress_listen(struct keeper *keeper);
/* The start, after the records are loaded: puts the table right. */
void egress_start(struct keeper *keeper);
void egress_stop(struct keeper *keeper);

/* Ports of the host that sets publish are held, so that no process takes them: 0, or an error when
 * one does already. */
int egress_hold_ports(struct keeper *keeper, struct set *set, const struct wire_spec *spec,
		      struct failure *failure);
void egress_release_ports(struct keeper *keeper, struct set *set);

#endif
