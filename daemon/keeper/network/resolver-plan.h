/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * By which names a set knows others, and whom it asks for the rest: which of its files in /etc are
 * its own, and what is in them. Reads the records, changes nothing.
 *
 *	mount and net namespaces of its own, and	resolv.conf, nsswitch.conf	hosts
 *	nothing else					the host's			the host's
 *	dns, or egress					its own				the host's
 *	a link to a network				its own				its own
 *
 * Name servers: those of its specification; else its networks'; else, with a way to the outside,
 *the host's.
 */
#ifndef NSCTL_KEEPER_RESOLVER_PLAN_H
#define NSCTL_KEEPER_RESOLVER_PLAN_H

#include "base.h"
#include "daemon/keeper/state/registry.h"
#include "daemon/wire/task.h"

/* Networks of one set whose members it knows by name: the first ones. */
#define NAMING_NETWORKS_MAX 32

struct naming {
	const struct set *networks[NAMING_NETWORKS_MAX]; /* the oldest link's first, each once */
	size_t n_networks;
	struct task_resolver resolver; /* views on the records and on the specification */
	bool of_host;		       /* the servers are the host's: left to the caller */
};

/* spec: the set's. resolver.given is false where the set has no such files at all. */
void naming_of(const struct set *set, const struct wire_spec *spec, struct naming *ret);

/* Whether sets with these two are given the same files. */
bool naming_equals(const struct naming *a, const struct naming *b);

/* The addresses that members of its networks have by links that are made: the first TASK_HOSTS_MAX.
 * Returns how many. */
struct naming_hosts {
	struct task_host hosts[TASK_HOSTS_MAX]; /* views on the records and on addresses */
	char addresses[TASK_HOSTS_MAX][ADDRESS_SIZE];
};
/* The oldest members first: a new one makes what there is longer. */
size_t naming_hosts(const struct naming *naming, struct naming_hosts *ret);

/* Whether it has a link to a network. */
bool naming_is_member(const struct set *set);

#endif
