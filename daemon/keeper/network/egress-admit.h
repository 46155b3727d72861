/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lets the addresses of a list's names through: checks them, lets a worker add them to the
 * firewall, and answers the resolver. Only the files egress-*.c may use this header. */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "daemon/keeper/network/egress-names-state.h"
#include "daemon/wire/resolver.h"

/* Handles a request of the resolver with this id. names: those of the set that the request is
 * about, or NULL if the user has no such set. room: the pairs (egress-grants.h) that the set may
 * still have. Returns 1 if egress_resolver_answered() will be called, 0, or -ENOMEM. */
int egress_admit(struct keeper *keeper, struct egress_names *names,
		 const struct wire_resolver_allow *allow, size_t room, uint32_t id,
		 uint32_t request);
/* Forgets these names in all requests that are in progress. Must be called before they are
 * freed. */
void egress_admit_forget(const struct egress_names *names);
/* Lets the addresses of the old list that workers are adding be removed again. Must be called when
 * names get another list. */
void egress_admit_outdate(const struct egress_names *names);
/* Counts all addresses that workers have added, or are adding, as lost. Must be called when the
 * table was flushed. */
void egress_admit_flushed(void);
