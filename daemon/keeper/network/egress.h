/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ways out: the links by which sets with egress or published ports, and networks with egress,
 * reach the host and the outside. The daemon makes such a link itself, with addresses of the
 * pool, and adds elements to its table in the firewall. This module restores the table after a
 * restart, and after another program has flushed or reloaded the host's rules. The table is
 * removed with the last way.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/network/link-plan.h"

/* Plans the way out that the set's specification or the network asks for. Fills in *wish with the
 * link, which points into memory of this module until the next call; wish->wire is NULL if no way
 * out is needed. Reserves the published ports, and counts the list's entries for the owner:
 * link_forget_all() undoes both, and must be called even after an error. Returns 0 or an error. */
int egress_plan(struct keeper *keeper, struct set *set, const struct wire_spec *spec,
		struct link_wish *wish, struct failure *failure);
/* Fills in the parts of a way out's task that come from the record of its set or network. Changes
 * nothing if the link is no way out. spec: storage for the specification. *ret points into the
 * record, and into memory that egress_list_begin() releases. That function must be called before
 * the first link of a task. Returns 0, or -ENOSPC if the list has no room: see
 * egress_list_fill(). */
int egress_fill_link(struct keeper *keeper, const struct link *link, struct wire_spec *spec,
		     struct task_link *ret);

/* Adds the way out of a set to the task, so that the worker reads how many packets the list has
 * refused. Does nothing if the set has no list. *ret points into keeper, and into memory of this
 * module until the next call. */
void egress_fill_inspect(struct keeper *keeper, const struct set *set, struct task_inspect *ret);

/* Lets a worker enable forwarding on the interfaces by which the host's present routes lead
 * outside, unless there are no ways out. Must be called when these routes have changed. */
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
/* Calls waiter->settled() when no restoration of the firewall's table is in progress, perhaps
 * before returning: a restoration in progress may use lists as they were before a change. The
 * caller fills in settled and context, and must keep *waiter until settled() is called. */
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
/* At the start of nsctld, reserves the published ports, counts the lists' entries for their owners,
 * and restores the firewall's table. Must be called when all records are loaded. */
void egress_start(struct keeper *keeper);
void egress_stop(struct keeper *keeper);
