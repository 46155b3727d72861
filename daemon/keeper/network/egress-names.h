/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists with names of hosts. A set or network with such a list asks a resolver, whose sockets a
 * worker makes in its net namespace: on a loopback address in a set, on the bridge in a network.
 * The resolver answers the names of the list, and asks this module to let their addresses through
 * for a time. The addresses are checked here, and a worker adds them to the firewall.
 *
 * When the firewall's table is made anew, it loses these addresses. A set must then ask for a name
 * again before it can reach it.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/state/registry.h"

/* Checks that the owner's limits allow the names in reach as the list of the set or network.
 * Returns 0 or an error. */
int egress_names_check(struct keeper *keeper, const struct set *set, const struct wire_reach *reach,
		       struct failure *failure);
/*
 * Lets the resolver answer the names of reach, the list of the set or network, in place of those
 * before. If the names have changed, the addresses of the old list's names are removed from the
 * firewall, and each name must be asked for again. Returns true if the list has got its first names
 * or has lost all: the set's name servers are then different. Must be called when the list, or a
 * list of the configuration that it refers to, may have changed.
 */
bool egress_names_update(struct keeper *keeper, struct set *set, const struct wire_reach *reach);
/*
 * set->egress.named is the digest (reach_names.digest; 0: none) of the names to whose addresses the
 * set may have open connections. It is part of the record. When the list gets names, the digest
 * follows at once. When the list loses names, the digest follows only after the connections to
 * these have ended. So if the daemon dies before, or if lists of the configuration lose names while
 * no daemon runs, the next restoration of the firewall's table ends these connections.
 */
/* Returns the digest of the names that the list has now. */
uint64_t egress_names_digest(const struct set *set);
/* Sets set->egress.named to digest, in memory and in the record. Must be called when all
 * connections to addresses of names that are not in the list with this digest have ended. */
void egress_names_ended(struct keeper *keeper, struct set *set, uint64_t digest);
/* Tells the set's resolver, if it has one, whether to forward all names. Must be called when
 * learning a list begins or ends (egress-learned.h). */
void egress_names_learn(struct set *set);
/* Fills in ret with the names that were last refused to the set, and returns their number. *ret
 * points into memory of this module. */
size_t egress_names_refused(const struct set *set,
			    struct wire_refused_name ret[static REFUSED_NAMES_MAX]);

typedef void egress_names_opened(void *context);
/* Lets a resolver answer in the set, and starts the user's resolver if needed. Calls opened() once,
 * perhaps before returning: when the resolver answers or cannot, or at once if the list has no
 * names, or if another caller already waits for the same set. */
void egress_names_open(struct set *set, egress_names_opened *opened, void *context);
/* Ends the resolver's work for a set that is about to be removed: the resolver's sockets would keep
 * the set's net namespace alive. */
void egress_names_close(struct set *set);
/* Returns true while a worker makes the resolver's sockets in the set's net namespace. When the
 * worker has ended, upcalls->network_idle() is called for the set. */
bool egress_names_busy(const struct set *set);

/* Tells all resolvers their sets' present name servers. Must be called when these may have
 * changed. */
void egress_names_servers_changed(void);
/* Forgets all addresses that the firewall lets through for names, so each name must be asked for
 * again. Must be called when elements of the firewall's table were or will be lost. */
void egress_names_flushed(void);

int egress_names_listen(struct keeper *keeper);
void egress_names_stop(void);
