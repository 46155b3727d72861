/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists of egress (egress-list.h) that have names of hosts. A set with such a list, or a member of
 * a network with one, asks a resolver (a process of nsctl, one for each user: daemon/resolver) for
 * the addresses of names. A worker makes the resolver's sockets in the net namespace of the set or
 * network: on a loopback address in a set, on the bridge in a network. Before the resolver answers
 * with the addresses of a name on the list, it asks this module to let these addresses through for
 * a time. The keeper checks them, and a worker adds them to the firewall.
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
 * Reads the names of reach, the present list of the set or network, and lets the resolver answer
 * them instead of those of the list before. If the old list is not equal (reach_names_equal()), the
 * addresses of its names are removed from the firewall, and each name must be asked for again. May
 * change set->egress.named, in memory only.
 *
 * Must be called when the list, or a list of the configuration that it names, may have changed, and
 * when learning the list begins or ends. Returns true if set->egress.names was made or freed. The
 * set's name servers are then different: the resolver instead of others, or the reverse.
 */
bool egress_names_update(struct keeper *keeper, struct set *set, const struct wire_reach *reach);
/*
 * set->egress.named says to which names the set may have open connections: those of the list with
 * this digest (reach_names.digest; 0: none). It is part of the record.
 *
 * If named is the digest of the old list, and the new list has all names of the old one, named
 * becomes the new list's digest at once. Otherwise it stays until the connections to addresses of
 * names have ended. So if the daemon ends before, or if lists of the configuration lose names while
 * no daemon runs, the next restoration of the firewall's table (egress.h) finds that named is not
 * the list's digest, and ends these connections.
 */
/* Returns the digest of the names that the list has now, or 0 if it has none. */
uint64_t egress_names_digest(const struct set *set);
/* Sets set->egress.named to digest, in memory and in the record. Must be called when no connection
 * is left to an address of a name that the list with this digest lacks. */
void egress_names_ended(struct keeper *keeper, struct set *set, uint64_t digest);
/* Tells the resolver, if it answers the set, whether to forward questions for all names (to name
 * servers), or only for those on the list. Must be called when learning the list begins or ends
 * (egress-learned.h). */
void egress_names_learn(struct set *set);
/* Fills in ret with the names that were last refused to the set, or to members of the network, and
 * returns their number. Their texts are valid until another name is refused, or the list loses its
 * names. */
size_t egress_names_refused(const struct set *set,
			    struct wire_refused_name ret[static REFUSED_NAMES_MAX]);

typedef void egress_names_opened(void *context);
/* Lets the user's resolver answer in the set or network. Starts the resolver if it does not run.
 * Calls opened() once, perhaps before returning: when the resolver answers, when the attempt has
 * failed, or when the list has lost its names. opened() is not told which of these is the case.
 * Calls it at once if the list has no names, if the resolver answers already, or if another caller
 * waits for the same set. After egress_names_stop(), it is not called any more. */
void egress_names_open(struct set *set, egress_names_opened *opened, void *context);
/* Lets the resolver close its sockets in the set or network. Must be called before the set is
 * removed, because the sockets keep its net namespace alive. */
void egress_names_close(struct set *set);
/* Returns true while a worker makes the resolver's sockets in the set's net namespace. When the
 * worker has ended, upcalls->network_idle() is called for the set, so that its removal can go
 * on. */
bool egress_names_busy(const struct set *set);

/* Tells all resolvers the present name servers of their sets. Must be called when the host's name
 * servers or the configuration may have changed. */
void egress_names_servers_changed(void);
/* Tells the resolver of one set the set's present name servers, if the list has names. Must be
 * called when the set was linked to a network or unlinked from one, because networks may have name
 * servers. */
void egress_names_links_changed(const struct set *set);
/* Forgets all addresses that the firewall lets through for names, so each name must be asked for
 * again. Must be called when the firewall's table has lost them, or will soon. */
void egress_names_flushed(void);

int egress_names_listen(struct keeper *keeper);
void egress_names_stop(void);
