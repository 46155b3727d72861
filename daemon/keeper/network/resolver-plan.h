/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decides which of a set's files in /etc are its own, and their contents: by which names it knows
 * others, and which name servers it asks. Reads the records and changes nothing.
 *
 *	mount and net namespaces of its own, and	resolv.conf, nsswitch.conf	hosts
 *	nothing else					the host's			the host's +
 *	dns, or egress					its own				the host's +
 *	a link to a network				its own				its own
 *	a uts namespace of its own, but no net		the host's			the host's +
 *
 * +: with localhost and its own host name, if the host's file lacks them.
 *
 * Name servers are those of its specification; otherwise its networks'; otherwise, if it has a way
 * to the outside, the host's.
 */
#ifndef NSCTL_KEEPER_RESOLVER_PLAN_H
#define NSCTL_KEEPER_RESOLVER_PLAN_H

#include "base.h"
#include "daemon/keeper/state/registry.h"
#include "daemon/wire/task.h"

/* Networks of one set whose members it knows by name. Further networks are ignored. */
#define RESOLVER_NETWORKS_MAX 32

struct resolver_plan {
	const struct set *networks[RESOLVER_NETWORKS_MAX]; /* in order of their oldest links */
	size_t n_networks;
	struct task_resolver resolver; /* points into the records and the specification */
	bool of_host; /* the servers are the host's, to be filled in by the caller */
};

/* Returns true if the set may have any files of its own. */
bool resolver_plan_has_any(const struct set *set);

/* spec is the set's. resolver.given is false if it may have no other
 * file of its own than hosts. */
void resolver_plan_of(const struct set *set, const struct wire_spec *spec,
		      struct resolver_plan *ret);

/* Returns true if both mean the same files. */
bool resolver_plan_equals(const struct resolver_plan *a, const struct resolver_plan *b);

/* Finds the addresses that members of the networks have by links that are ready, at most
 * TASK_HOSTS_MAX. Returns their number. */
struct resolver_plan_hosts {
	struct task_host hosts[TASK_HOSTS_MAX]; /* points into the records and into addresses */
	char addresses[TASK_HOSTS_MAX][ADDRESS_SIZE];
};
/* The oldest members come first, so that a new one is appended. */
size_t resolver_plan_hosts(const struct resolver_plan *naming, struct resolver_plan_hosts *ret);

/* Returns true if the set has a link to a network. */
bool set_is_member(const struct set *set);

#endif
