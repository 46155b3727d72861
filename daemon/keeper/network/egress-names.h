/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists with names of hosts. A set with such a list, or a member of a network with one, asks a
 * resolver. A worker makes the resolver's sockets in the net namespace of the set or network: on a
 * loopback address in a set, on the bridge in a network. Before the resolver answers with the
 * addresses of a name on the list, it asks this module to let these through for a time: the keeper
 * checks them, and a worker adds them to the firewall.
 *
 * When the firewall's table is made anew, it loses these addresses. A set must then ask for a name
 * again before it can reach the name's addresses.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/state/registry.h"

/* Checks that the owner's limits allow the names of hosts in reach, the new list of the set or
 * network. Returns 0 or an error. */
int egress_names_check(struct keeper *keeper, const struct set *set, const struct wire_reach *reach,
		       struct failure *failure);
/*
 * Lets the resolver answer the names of reach, the list of the set or network, instead of those of
 * the list before. If the names or their ports have changed, the addresses of the old list's names
 * are removed from the firewall, and each name must be asked for again. Returns true if
 * set->egress.names was made or freed: the set's name servers are then different. May change
 * set->egress.named, in memory only. Must be called when the list, or a list of the configuration
 * that it names, may have changed, and when learning the list begins or ends.
 */
bool egress_names_update(struct keeper *keeper, struct set *set, const struct wire_reach *reach);
/*
 * set->egress.named is the digest (reach_names.digest; 0: none) of the names to whose addresses the
 * set may have open connections. It is part of the record. When the list only gains names, the
 * digest follows at once. When the list loses names, the digest follows after the connections to
 * addresses of names have ended. So if the daemon ends before, or if lists of the configuration
 * lose names while no daemon runs, the next restoration of the firewall's table ends these
 * connections.
 */
/* Returns the digest of the names that the list has now, or 0 if it has none. */
uint64_t egress_names_digest(const struct set *set);
/* Sets set->egress.named to digest, in memory and in the record. Must be called when all
 * connections to addresses of names that are not in the list with this digest have ended. */
void egress_names_ended(struct keeper *keeper, struct set *set, uint64_t digest);
/* Tells the resolver, if it answers for the set, whether to forward all names. Must be called when
 * learning the list begins or ends (egress-learned.h). */
void egress_names_learn(struct set *set);
/* Fills in ret with the names that were last refused to the set, or to members of the network, and
 * returns their number. Their texts are valid until another name is refused, or the list loses its
 * names. */
size_t egress_names_refused(const struct set *set,
			    struct wire_refused_name ret[static REFUSED_NAMES_MAX]);

typedef void egress_names_opened(void *context);
/* Lets the user's resolver answer in the set or network, and starts the resolver if needed. Calls
 * opened() once, perhaps before returning, but not after egress_names_stop(): when the resolver
 * answers, when the attempt has failed, or when the list has lost its names; at once if the list
 * has no names, or if another caller waits for the same set. */
void egress_names_open(struct set *set, egress_names_opened *opened, void *context);
/* Lets the resolver close its sockets in the set, which would keep the set's net namespace alive.
 * Must be called before the set is removed. */
void egress_names_close(struct set *set);
/* Returns true while a worker makes the resolver's sockets in the set's net namespace. When the
 * worker has ended, upcalls->network_idle() is called for the set. */
bool egress_names_busy(const struct set *set);

/* Tells all resolvers the present name servers of their sets. Must be called when the host's name
 * servers or the configuration may have changed. */
void egress_names_servers_changed(void);
/* Tells the resolver of one set its present name servers, if the list has names. Must be called
 * when the set was linked to a network, or is not linked to it any more: the network may have name
 * servers. */
void egress_names_links_changed(const struct set *set);
/* Forgets all addresses that the firewall lets through for names, so each name must be asked for
 * again. Must be called when the firewall's table has lost them, or will soon. */
void egress_names_flushed(void);

int egress_names_listen(struct keeper *keeper);
void egress_names_stop(void);
