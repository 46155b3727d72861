/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decides which files in /etc a set has of its own, and their contents: which name servers the set
 * asks, and by which names it knows other sets. Reads only the records; resolver-servers.h adds the
 * host's name servers.
 *
 * Whether a set has the host's files or its own:
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
 * The name servers are those of the set's specification. If there are none, they are those of its
 * networks. If there are none either, and the set or one of its networks has egress (may reach the
 * outside), they are those of the host.
 *
 * A list of egress says where a set or network may send packets. If it has names of hosts
 * (egress-names.h), the set asks a resolver of nsctl's, and that asks these name servers: see
 * resolver_plan_lead().
 */
#pragma once

#include "daemon/keeper/state/registry.h"

/* Maximum number of networks in one set's plan. If the set is in more, some that it has joined last
 * are left out. */
#define RESOLVER_NETWORKS_MAX 32

/* The planned files of a set in /etc. */
struct resolver_plan {
	/* the networks that the set is in, each once. If the set has several links to a network,
	 * the youngest counts. The network of the oldest of the links that count comes first. */
	const struct set *networks[RESOLVER_NETWORKS_MAX];
	size_t n_networks;
	/* points into the records, the specification and, after resolver_plan_lead() and
	 * resolver_servers_fill(), into memory of egress-names.c and resolver-servers.c */
	struct task_resolver resolver;
	bool of_host; /* the host's name servers are missing: call resolver_servers_fill() */
};

/* Returns true if the set can have files of its own in /etc: if it has a mount namespace and a net
 * or uts namespace of its own, was not adopted, and is no network. */
bool resolver_plan_has_any(const struct set *set);

/* Plans the files of a set with this specification, without regard to lists of egress: see
 * resolver_plan_lead(). ret->resolver.given is false if the set can have neither resolv.conf nor
 * nsswitch.conf of its own. */
void resolver_plan_of(const struct set *set, const struct wire_spec *spec,
		      struct resolver_plan *ret);

/* Changes the name servers of a plan of resolver_plan_of(), if lists of egress have names of hosts.
 * If the set's own list has names, the set's resolver replaces all servers. Otherwise, if the
 * specification names no servers, and lists of the set's networks have names, these networks'
 * resolvers replace all servers. Changes nothing if naming->resolver.given is false. */
void resolver_plan_lead(const struct set *set, const struct wire_spec *spec,
			struct resolver_plan *naming);

/* Returns true if sets with these plans get the same files, apart from their own host names. */
bool resolver_plan_equals(const struct resolver_plan *a, const struct resolver_plan *b);

/* Lines of /etc/hosts, with storage for their addresses. */
struct resolver_plan_hosts {
	struct task_host hosts[TASK_HOSTS_MAX]; /* points into the records, and into addresses */
	char addresses[TASK_HOSTS_MAX][ADDRESS_SIZE];
};
/* Fills in *ret with lines for the members of the plan's networks: one for each name at each
 * address of a member's link that is ready. The lines of the plan's first network come first, and
 * in each network those of the oldest link. Returns the number of lines, at most TASK_HOSTS_MAX. */
size_t resolver_plan_hosts(const struct resolver_plan *naming, struct resolver_plan_hosts *ret);

/* Returns true if the set has a link to a network that is not being removed. */
bool set_is_member(const struct set *set);
