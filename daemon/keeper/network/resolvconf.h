/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The host's name servers, as far as a set can reach them: those on the host's loopback it cannot
 * (a stub resolver, on 127.0.0.53 or elsewhere), so the stub's upstream servers stand for it.
 */
#ifndef NSCTL_KEEPER_RESOLVCONF_H
#define NSCTL_KEEPER_RESOLVCONF_H

#include "base.h"
#include "daemon/wire/link.h"

struct resolvconf {
	char servers[SERVERS_MAX][ADDRESS_SIZE]; /* canonical, in the file's order */
	size_t n;
	bool loopback; /* there was one that only the host reaches */
};

/* Adds what a resolv.conf(5) says; what it says wrongly is passed over, as libc does. */
void resolvconf_parse(const char *text, struct resolvconf *ret);

/* This host's, now. */
void resolvconf_read(struct resolvconf *ret);

#endif
