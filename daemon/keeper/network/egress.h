/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ways out. A way out is the link by which a set with egress or published ports, or a network with
 * egress, reaches the host and the outside. The daemon makes such a link itself, with addresses of
 * the configured pool, and adds elements for it to the daemon's own table in the firewall
 * (nftables). To restore this table is to make it anew from the records: after a restart, after
 * another program has flushed or reloaded the host's rules, or when lists have changed. The table
 * is removed with the last way out.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/network/link-plan.h"

/* Plans the way out that the set's specification or the network asks for. Fills in *wish with the
 * link, which points into memory of this module until the next call. wish->wire is NULL if no way
 * out is needed. Reserves the published ports, and counts the entries of the list of egress against
 * the owner's limit. link_forget_all() undoes both, and must be called even after an error. Returns
 * 0 or an error. */
int egress_plan(struct keeper *keeper, struct set *set, const struct wire_spec *spec,
		struct link_wish *wish, struct failure *failure);
/* Fills in the parts of a way out's task that come from the record of its set or network. Changes
 * nothing if the link is no way out. Call egress_list_begin() before the first link of a task.
 * spec: storage for the specification. *ret points into the record, and into memory that the next
 * egress_list_begin() overwrites. Returns 0, or -ENOSPC if the task has no room for the list: see
 * egress_list_fill(). */
int egress_fill_link(struct keeper *keeper, const struct link *link, struct wire_spec *spec,
		     struct task_link *ret);

/* Adds the way out of a set or network to the task, so that the worker reads how many packets its
 * list has refused. Does nothing if there is no list. *ret points into keeper, and into memory of
 * this module until the next call. */
void egress_fill_inspect(struct keeper *keeper, const struct set *set, struct task_inspect *ret);

/* Lets a worker enable forwarding on the interfaces through which the host's present routes lead
 * outside. Does nothing if there are no ways out. Must be called when these routes have changed. */
void egress_follow(struct keeper *keeper);
/* Reads the names of all lists anew, in several passes of the event loop. Then tells resolvers
 * their sets' present name servers, and restores the firewall's table if there are lists. Must be
 * called when the host's name servers or the configuration have changed. */
void egress_lists_changed(struct keeper *keeper);
typedef void egress_settled(void *context);
struct egress_waiter {
	struct egress_waiter *next;
	egress_settled *settled;
	void *context;
};
/* Calls waiter->settled() once, when no restoration of the firewall's table is in progress, perhaps
 * before returning. So a caller who has changed a list can wait until no task is left that may use
 * the old one. The caller fills in settled and context, and must keep *waiter until settled() is
 * called. */
void egress_settle(struct egress_waiter *waiter);
/* Makes the firewall's table anew from the records of all ways out, or removes it if there are
 * none. If a restoration is in progress, another one follows. */
void egress_restore(struct keeper *keeper);
/* Removes the firewall's table if no way out is left. Must be called when ways out were taken out
 * of the registry. */
void egress_gone(struct keeper *keeper);

/* Begins to watch the host's firewall and routing rules for changes. Logs a failure. Must be called
 * before privileges are dropped. */
void egress_listen(struct keeper *keeper);
/* At the start of nsctld, reserves the published ports and counts the lists' entries against their
 * owners' limits. Calls egress_restore() if there are ways out, or if something of earlier ones may
 * be left on the host. Must be called when all records are loaded. */
void egress_start(struct keeper *keeper);
void egress_stop(struct keeper *keeper);
