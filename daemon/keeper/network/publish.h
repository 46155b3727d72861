/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Published ports: ports of the host that lead to ports of a set. The keeper reserves each of them
 * with a socket, so that no other process takes it. Packets to a port are translated (egress.h),
 * except those to loopback addresses: a proxy serves these by the same sockets (kernel/proxy.h).
 * The proxy ends with the daemon, and with its set.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/state/registry.h"

/* Reserves the ports that a set publishes. Chooses ports that the request leaves open, and writes
 * them to the set's specification. Returns 0, or an error, for instance if another process has one
 * of the ports. */
int publish_hold(struct keeper *keeper, struct set *set, const struct wire_spec *spec,
		 struct failure *failure);
/* For a Create of a set that exists already: replaces each port that the request (wishes) leaves
 * open by the port that the daemon has chosen for the set, if that is in the request's range. The
 * caller can then compare the request with the set's specification. */
void publish_adopt(const struct set *set, struct spec_publish *wishes, size_t n);
/* Starts the proxy of a set that is ready, if the set publishes ports on loopback addresses and has
 * no proxy yet. Logs a failure. */
void publish_serve(struct keeper *keeper, struct set *set);
/* Ends the proxy, which would keep the set's net namespace alive. Must be called before the set is
 * removed. The ports stay reserved until publish_release(). */
void publish_stop(struct set *set);
/* Ends the proxy, and releases the ports that a set publishes. */
void publish_release(struct keeper *keeper, struct set *set);

/* Reserves and serves all sets' ports again after a restart. Logs each port that another process
 * has taken meanwhile: packets to it are still translated, but it is not served on localhost. */
void publish_hold_again(struct keeper *keeper);
