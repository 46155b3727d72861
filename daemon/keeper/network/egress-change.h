/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tasks that change which addresses of names the firewall lets through. */
#pragma once

#include "daemon/keeper/network/egress-grants.h"
#include "daemon/keeper/workers/operation.h"

/* Maximum number of addresses in one change, and of pairs of an address and a service
 * (egress-grants.h). The kernel reports the elements of each pair to the keeper's watch of the
 * firewall's table (egress.c), whose socket must have room for the reports of one change. */
#define CHANGE_MAX ADMIT_ADDRESSES_MAX
#define CHANGE_PAIRS_MAX 128

/* A change of the addresses that the firewall lets through at a way out: adds the address of each
 * grant for all services in `services` until the grant's time, or removes it. */
struct egress_change {
	uid_t uid;
	const char *interface; /* the way's end on the host */
	const struct destination_service *table;
	size_t n_services;
	uint32_t services; /* bit i: table[i]; grant.services is ignored */
	bool remove;
	const struct grant *grants;
	size_t n; /* at most CHANGE_MAX, with at most CHANGE_PAIRS_MAX pairs */
};

/* Lets a worker make the change, and calls done() at its end, with operation->context set to
 * context. Keeps no pointer into *change. Returns 0, or -errno if done() will not be called. */
int egress_change_send(struct keeper *keeper, const struct egress_change *change,
		       void (*done)(struct operation *operation, const struct task_report *report),
		       void *context);

/* A caller of egress_change_settle(), which waits until changes (struct egress_change) at the
 * host's interface of a way out have ended. The caller fills in interface, settled and context, and
 * must keep this struct until settled() is called. */
struct egress_change_waiter {
	struct egress_change_waiter *next;
	uint64_t serial; /* for egress-change.c only */
	char interface[INTERFACE_SIZE];
	void (*settled)(void *context);
	void *context;
};
/* Calls waiter->settled() when these changes at waiter->interface have ended: those in progress
 * now, and those that the done() of one of these sends. May call it before returning. */
void egress_change_settle(struct egress_change_waiter *waiter);
