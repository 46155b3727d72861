/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The name servers of sets, networks and the host. */
#pragma once

#include "daemon/keeper/network/resolver-plan.h"

/* Completes a plan: if naming->of_host is set, its name servers become those of the host that sets
 * can use. Their texts are valid until the next call of a function of this file. */
void resolver_servers_fill(struct resolver_plan *naming);

/*
 * Fills in ret with the name servers of a set or network, and returns their number. For a set,
 * these are the servers of its specification or, if there are none, of its networks. For a network,
 * they are those of its record. If there are none, or if the set can have no resolv.conf of its
 * own, they are the servers of the host that sets can use, and *ret_of_host is true. The texts are
 * valid until the next call of a function of this file, but no longer than *spec and the records.
 *
 * These are also the servers that a resolver of the set or network asks (resolver_plan_lead()).
 */
size_t resolver_servers_of(const struct set *set, const struct wire_spec *spec,
			   struct wire_address ret[static SERVERS_MAX], bool *ret_of_host);
/* Fills in ret with those of the host's name servers that sets can use. Returns their number. Their
 * texts are valid until the next call of a function of this file. */
size_t resolver_servers_of_host(struct wire_address ret[static SERVERS_MAX]);
/* Fills in ret with the name servers that a process on the host can use: those that sets can use
 * or, if there are none, the first one on the host's loopback. Returns their number. Their texts
 * are valid until the next call of this function. */
size_t resolver_servers_within_host(struct wire_address ret[static SERVERS_MAX]);

/*
 * The name servers of the host that a set can use. Those on the host's loopback (a stub resolver,
 * on 127.0.0.53 or elsewhere) are left out, because a set cannot reach them. If /etc/resolv.conf
 * has only such servers, resolvconf_read() takes the servers that the stub resolver asks.
 */
struct resolvconf {
	char servers[SERVERS_MAX][ADDRESS_SIZE]; /* canonical, in the order of the file */
	size_t n;
	bool loopback;		 /* a server on loopback was left out */
	char stub[ADDRESS_SIZE]; /* the first server on loopback; "": there is none */
};
/* Adds the servers in the text of a resolv.conf(5) to *ret, which must be cleared before the first
 * call. Ignores lines without a valid address. */
void resolvconf_parse(const char *text, struct resolvconf *ret);
