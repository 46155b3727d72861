/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decides which files in /etc a set has of its own, and their contents: which name servers the set
 * asks, and by which names it knows other sets. Only reads the records.
 *
 *   mount and net namespaces of its own, and     resolv.conf, nsswitch.conf    hosts
 *   nothing else                                 the host's                    the host's +
 *   dns, its search or options, or egress        its own                       the host's +
 *   a link to a network                          its own                       its own
 *   a uts namespace of its own, but no net       the host's                    the host's +
 *
 * +: with localhost and the set's own host name, if the host's file lacks them. The hosts of the
 * specification come first in each file.
 *
 * The name servers are those of the set's specification; if there are none, those of its networks;
 * if there are none, and the set has a way out, those of the host. If the set's list of egress has
 * names (egress-names.h), or that of one of its networks, the set asks a resolver instead, which
 * asks these servers: see resolver_plan_lead().
 */
#pragma once

#include "daemon/keeper/state/registry.h"

/* Maximum number of networks of one set whose members the set knows by name. Networks with younger
 * links are ignored. */
#define RESOLVER_NETWORKS_MAX 32

/* The planned files of a set in /etc. */
struct resolver_plan {
	const struct set *networks[RESOLVER_NETWORKS_MAX]; /* with the oldest link first */
	size_t n_networks;
	struct task_resolver resolver; /* points into the records and the specification */
	bool of_host;		       /* the caller must add the host's name servers */
};

/* Returns true if the set can have files of its own in /etc: if it has a mount namespace and a net
 * or uts namespace of its own, was not adopted, and is no network. */
bool resolver_plan_has_any(const struct set *set);

/* Plans the files of a set with this specification, as if no list had names: see
 * resolver_plan_lead(). ret->resolver.given is false if the set can have no file of its own but
 * hosts. */
void resolver_plan_of(const struct set *set, const struct wire_spec *spec,
		      struct resolver_plan *ret);

/* If the list of the set has names, replaces the name servers in its plan by the addresses of the
 * set's resolver. If not, does the same for those of the set's networks whose lists have names,
 * unless the specification names servers. */
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
 * ready. The oldest members come first, so that a new one is appended. Returns the number of lines,
 * at most TASK_HOSTS_MAX. */
size_t resolver_plan_hosts(const struct resolver_plan *naming, struct resolver_plan_hosts *ret);

/* Returns true if the set has a link to a network. */
bool set_is_member(const struct set *set);
