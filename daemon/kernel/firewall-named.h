/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Addresses of names that lists have. They are elements of sets of the table, with a time-out and
 * the interface of the way that may reach them. A list with names sends what its addresses do not
 * match to the chain NAMED, which asks these sets. An established connection passes before, by
 * connection tracking, so it goes on when its address has ended. Its flow has a label, by which it
 * is known when the list changes.
 */
#pragma once

#include "daemon/kernel/nft.h"
#include "daemon/wire/task.h"

/* The chain: accepts packets to such an address, and returns for all others. */
#define NAMED "named"

/* Adds requests that make the sets and the chain, in a new table. */
void firewall_add_named(struct nft *nft);

/* Adds requests that let packets to this address pass which are of this service and come from the
 * interface. */
void firewall_admit(struct nft *nft, const char *interface, const struct task_admitted *admitted,
		    const struct task_service *service);
