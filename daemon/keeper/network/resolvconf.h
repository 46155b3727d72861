/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host's name servers, as far as a set can reach them. A set cannot reach a server on the
 * host's loopback (a stub resolver, on 127.0.0.53 or elsewhere), so the stub's upstream servers are
 * used instead.
 */
#ifndef NSCTL_KEEPER_RESOLVCONF_H
#define NSCTL_KEEPER_RESOLVCONF_H

#include "base.h"
#include "daemon/wire/link.h"

struct resolvconf {
	char servers[SERVERS_MAX][ADDRESS_SIZE]; /* canonical, in the file's order */
	size_t n;
	bool loopback; /* a server was left out because only the host reaches it */
};

/* Adds the servers of a resolv.conf(5); invalid lines are ignored, as by libc. */
void resolvconf_parse(const char *text, struct resolvconf *ret);

/* Reads this host's servers. */
void resolvconf_read(struct resolvconf *ret);

#endif
