/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tasks that change which addresses of names the firewall lets through. */
#pragma once

#include "daemon/keeper/network/egress-grants.h"
#include "daemon/keeper/workers/operation.h"

/* Maximum number of addresses in one task, and of pairs of an address and a service. The kernel
 * reports each of them to the keeper's watch of the firewall's table (egress.c), whose socket must
 * have room for the reports. */
#define CHANGE_MAX ADMIT_ADDRESSES_MAX
#define CHANGE_PAIRS_MAX 128

/* A change of the addresses that a way out lets through: grants are added or removed. */
struct egress_change {
	uid_t uid;
	const char *interface; /* the way's end on the host */
	const struct destination_service *table;
	size_t n_services;
	uint32_t services; /* bit i: table[i] */
	bool remove;
	const struct grant *grants;
	size_t n; /* at most CHANGE_MAX */
};

/* Lets a worker make the change, and calls done() at its end. Returns 0, or -errno if done() will
 * not be called. */
int egress_change_send(struct keeper *keeper, const struct egress_change *change,
		       void (*done)(struct operation *operation, const struct task_report *report),
		       void *context);

/* A caller that waits until all changes (struct egress_change) at an interface have ended. The
 * caller must keep this struct until settled() is called. */
struct egress_change_waiter {
	struct egress_change_waiter *next;
	uint64_t serial; /* for egress-change.c only */
	char interface[INTERFACE_SIZE];
	void (*settled)(void *context);
	void *context;
};
/* Calls settled() when the interface's changes have ended: those in progress now, and those that
 * are sent by the done() of one of these. May call it before returning. */
void egress_change_settle(struct egress_change_waiter *waiter);
