/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tasks that change which addresses the firewall lets through at a way out (egress.h), because
 * names in a list of egress lead there. */
#pragma once

#include "daemon/keeper/network/egress-grants.h"
#include "daemon/keeper/workers/operation.h"

/* Maximum number of addresses in one change, and of pairs of an address and a service
 * (egress-grants.h). The kernel reports each changed element of the firewall's table to a socket of
 * the keeper (egress.c). If the reports of a change do not fit into the socket's buffer, some are
 * lost, and the keeper makes the whole table anew. */
#define CHANGE_MAX ADMIT_ADDRESSES_MAX
#define CHANGE_PAIRS_MAX 128

/* A change of the addresses that the firewall lets through at a way out. If remove is false, adds
 * the address of each grant, at all services in `services`, until the time in the grant. If it is
 * true, removes the addresses at these services. */
struct egress_change {
	uid_t uid;
	const char *interface; /* the way out's end on the host */
	const struct destination_service *table;
	size_t n_services;
	uint32_t services; /* bit i: table[i]; the same for all grants, whatever they have */
	bool remove;
	const struct grant *grants;
	size_t n; /* at most CHANGE_MAX, with at most CHANGE_PAIRS_MAX pairs */
};

/* Lets a worker make the change, and calls done() at its end, with operation->context set to
 * context. Keeps no pointer into *change. Returns 0, or -errno if done() will not be called. */
int egress_change_send(struct keeper *keeper, const struct egress_change *change,
		       void (*done)(struct operation *operation, const struct task_report *report),
		       void *context);

/* A caller of egress_change_settle(). It waits until changes (struct egress_change) at a way out
 * have ended. The caller fills in interface (the way out's end on the host), settled and context,
 * and must keep this struct until settled() is called. */
struct egress_change_waiter {
	struct egress_change_waiter *next;
	uint64_t serial; /* for egress-change.c only */
	char interface[INTERFACE_SIZE];
	void (*settled)(void *context);
	void *context;
};
/* Calls waiter->settled() once, perhaps before returning: when no change at waiter->interface is
 * left that is in progress now, or that the done() of one in progress sends. Does not wait for
 * changes that others begin later. */
void egress_change_settle(struct egress_change_waiter *waiter);
