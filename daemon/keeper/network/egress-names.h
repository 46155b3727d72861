/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists with names of hosts. A set or network with such a list asks a resolver, whose sockets a
 * worker makes in its net namespace: on a loopback address in a set, on the bridge in a network.
 * The resolver answers the names of the list, and asks this module to let their addresses through,
 * for a time. The addresses are checked here, and a worker adds them to the firewall.
 *
 * After the firewall's table was restored, no name leads anywhere until it is asked for again.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/state/registry.h"

/* Checks that the owner may have the names of this list for the set or network. Returns 0 or an
 * error. */
int egress_names_check(struct keeper *keeper, const struct set *set, const struct wire_reach *reach,
		       struct failure *failure);
/*
 * Follows a change of the list of the set or network. If the list's names have changed, none of
 * them leads anywhere until it is asked for again. Returns true if the list has names now and had
 * none before, or the other way round: the set then has other name servers. Must be called when the
 * list, or a list that it names, may have changed.
 */
bool egress_names_update(struct keeper *keeper, struct set *set, const struct wire_reach *reach);
/*
 * set->egress.named, which the record has, says to which names the set's connections may be open
 * (reach_names.digest; 0: none). It follows the list at once when the list gets names, and when it
 * loses some only after the connections to names have ended. So whatever happens on the way, and
 * whatever the configuration's lists lose while no daemon runs, the next restoration of the table
 * ends them.
 */
/* Returns the digest of the names that the list has now. */
uint64_t egress_names_digest(const struct set *set);
/* Writes the digest of the list into the record, if it is new. Must be called when all connections
 * to names have ended that a list with this digest does not have. */
void egress_names_ended(struct keeper *keeper, struct set *set, uint64_t digest);
/* Tells the resolver of a set that had names before about it. Must be called when learning a list
 * begins or ends (egress-learned.h). */
void egress_names_learn(struct set *set);
/* Points ret to the names that the set was refused last. Returns their number. */
size_t egress_names_refused(const struct set *set,
			    struct wire_refused_name ret[static REFUSED_NAMES_MAX]);

/* Lets the resolver answer in a set that has just been made. Calls opened, perhaps before
 * returning: when the resolver answers, when it cannot, or when another caller already waits for
 * that. */
typedef void egress_names_opened(void *context);
void egress_names_open(struct set *set, egress_names_opened *opened, void *context);
/* Ends the resolver's work for a set that is about to be removed: the resolver's sockets hold the
 * set's namespace. */
void egress_names_close(struct set *set);
/* Returns true while a worker is in the namespace. Its end calls upcalls->network_idle(). */
bool egress_names_busy(const struct set *set);

/* Tells the resolvers the present name servers. Must be called when these may have changed. */
void egress_names_servers_changed(void);
/* Forgets all addresses that names lead to, so each name must be asked for again. Must be called
 * when elements of the firewall's table were or will be lost. */
void egress_names_flushed(void);

int egress_names_listen(struct keeper *keeper);
void egress_names_stop(void);
