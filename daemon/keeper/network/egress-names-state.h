/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The names of hosts in a list, as the keeper keeps them. Only the files egress-*.c may use this
 * header. */
#pragma once

#include "daemon/keeper/network/egress-grants.h"
#include "daemon/keeper/network/egress-names.h"
#include "daemon/keeper/network/egress-refused-names.h"
#include "daemon/keeper/policy/reach-names.h"

/* The names of a set or network. */
struct egress_names {
	struct egress_names *next;
	struct keeper *keeper;
	struct set *set;
	uint64_t cookie, version; /* as in wire/resolver.h */
	struct reach_names *list;
	char addresses[2][ADDRESS_SIZE]; /* where its resolver answers; "": none */
	char interface[INTERFACE_SIZE];	 /* the way's end on the host, once addresses were let
					 * through */
	struct grants grants;
	struct refused_names refused;
	/* addresses that workers are adding to the firewall, and their pairs (see struct grants) */
	size_t n_admitting, pairs_admitting;
	bool open;    /* the resolver has its sockets */
	bool opening; /* a worker makes these sockets */
	/* Both are CLOCK_BOOTTIME in microseconds. lost: when the resolver ended, or 0 if it has
	 * not. resume: the time before which no sockets are made. */
	uint64_t lost, resume;
	uint64_t pause; /* the last pause after a failure */
	egress_names_opened *opened;
	void *context;
};
