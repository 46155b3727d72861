/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The name servers of the host that a set can use. A set cannot reach a server on the host's
 * loopback, which is a stub resolver (on 127.0.0.53 or elsewhere); the stub's upstream
 * servers take its place.
 */
#pragma once

#include "base.h"
#include "daemon/wire/link.h"

struct resolvconf {
	char servers[SERVERS_MAX][ADDRESS_SIZE]; /* canonical, in the order of the file */
	size_t n;
	bool loopback;		 /* a server was left out, because it is on loopback */
	char stub[ADDRESS_SIZE]; /* the first of these; "": there is none */
};

/* Adds the servers in the text of a resolv.conf(5). Ignores invalid lines, as libc does. */
void resolvconf_parse(const char *text, struct resolvconf *ret);

/* Finds the servers of this host. */
void resolvconf_read(struct resolvconf *ret);
