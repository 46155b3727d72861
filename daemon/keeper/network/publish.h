/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Published ports: ports of the host that lead to ports of a set. The keeper reserves each of them
 * with sockets, so that no other process takes it. Packets to a port are translated (egress.h),
 * except those to loopback addresses: a proxy serves these by the same sockets (kernel/proxy.h).
 * The proxy ends with the daemon, and with its set.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/state/registry.h"

/* Reserves the ports that a set publishes, and counts them for the owner. Chooses ports that the
 * request leaves open, and writes them to set->spec. Returns 0, or an error with no port reserved,
 * for instance if another process has one of them. */
int publish_hold(struct keeper *keeper, struct set *set, const struct wire_spec *spec,
		 struct failure *failure);
/* For a Create of a set that exists already: replaces each of the n ports that the request (wishes)
 * leaves open by the port that was chosen for the set, if that is in the request's range. The
 * caller can then compare the request with the set's specification. Changes nothing if the set does
 * not publish n ports. */
void publish_adopt(const struct set *set, struct spec_publish *wishes, size_t n);
/* Starts the proxy of a set that is ready, if the set has no proxy yet, and publishes ports on
 * loopback addresses or on all addresses. Logs a failure. */
void publish_serve(struct keeper *keeper, struct set *set);
/* Ends the proxy, which would keep the set's net namespace alive. Must be called before the set is
 * removed. The ports stay reserved until publish_release(). */
void publish_stop(struct set *set);
/* Ends the proxy, and releases the ports that a set publishes. */
void publish_release(struct keeper *keeper, struct set *set);

/* After a restart, reserves the ports of all ready sets again, and starts the proxies. Logs each
 * port that cannot be reserved, for instance because another process has taken it: packets to it
 * are still translated, but it is not served on localhost. */
void publish_hold_again(struct keeper *keeper);
