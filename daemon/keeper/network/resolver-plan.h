/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decides which files in /etc a set has of its own, and their contents: which name servers the set
 * asks, and by which names it knows other sets. Reads only the records; resolver-servers.h adds the
 * host's name servers.
 *
 *   A set with a mount namespace of its own,     resolv.conf, nsswitch.conf    hosts
 *   with a net namespace of its own              the host's                    the host's +
 *     and dns, its search or options, or egress  its own                       the host's +
 *     and a link to a network                    its own                       its own
 *   with a uts, but no net namespace             the host's                    the host's +
 *
 * +: with localhost and the set's own host name, if the host's file lacks them. The hosts of the
 * specification come first in each file.
 *
 * The name servers are those of the set's specification; if there are none, those of its networks;
 * if there are none, and the set or one of its networks has egress, those of the host. If lists of
 * egress have names (egress-names.h), the set asks a resolver instead, which asks name servers: see
 * resolver_plan_lead().
 */
#pragma once

#include "daemon/keeper/state/registry.h"

/* Maximum number of networks in one set's plan. Networks with the youngest links are left out. */
#define RESOLVER_NETWORKS_MAX 32

/* The planned files of a set in /etc. */
struct resolver_plan {
	const struct set *networks[RESOLVER_NETWORKS_MAX]; /* with the oldest link first */
	size_t n_networks;
	/* points into the records, the specification and, after resolver_plan_lead() and
	 * resolver_servers_fill(), into memory of egress-names.c and resolver-servers.c */
	struct task_resolver resolver;
	bool of_host; /* resolver_servers_fill() must be called */
};

/* Returns true if the set can have files of its own in /etc: if it has a mount namespace and a net
 * or uts namespace of its own, was not adopted, and is no network. */
bool resolver_plan_has_any(const struct set *set);

/* Plans the files of a set with this specification, as if no list had names: see
 * resolver_plan_lead(). ret->resolver.given is false if the set can have neither resolv.conf nor
 * nsswitch.conf of its own. */
void resolver_plan_of(const struct set *set, const struct wire_spec *spec,
		      struct resolver_plan *ret);

/* If the list of the set has names, replaces the plan's name servers by the addresses of the set's
 * resolver. If not, and the specification names no servers, but lists of the set's networks have
 * names, replaces the plan's name servers by the addresses of these networks' resolvers. */
void resolver_plan_lead(const struct set *set, const struct wire_spec *spec,
			struct resolver_plan *naming);

/* Returns true if sets with these plans get the same files, apart from their own host names. */
bool resolver_plan_equals(const struct resolver_plan *a, const struct resolver_plan *b);

/* Lines of /etc/hosts, with storage for their addresses. */
struct resolver_plan_hosts {
	struct task_host hosts[TASK_HOSTS_MAX]; /* points into the records, and into addresses */
	char addresses[TASK_HOSTS_MAX][ADDRESS_SIZE];
};
/* Fills in lines for the members of the plan's networks, with the addresses of their links that are
 * ready: network by network, the oldest link first. Returns the number of lines, at most
 * TASK_HOSTS_MAX. */
size_t resolver_plan_hosts(const struct resolver_plan *naming, struct resolver_plan_hosts *ret);

/* Returns true if the set has a link to a network that is not being removed. */
bool set_is_member(const struct set *set);
