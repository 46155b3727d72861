/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sets whose questions a resolver answers, as the keeper says. */
#pragma once

#include "daemon/resolver/resolver.h"

/* Returns the set of a cookie, or NULL. */
struct set *set_find(struct resolver *resolver, uint64_t cookie);
/* Adds a set; takes its sockets out of resolver->message. Returns 0, -EINVAL if the keeper has
 * broken a rule, or another -errno. */
int set_add(struct resolver *resolver, const struct wire_resolver_add *wire);
/* Replaces a set's list, or its name servers. Return the same. */
int set_list(struct set *set, const struct wire_resolver_list *wire);
int set_upstreams(struct set *set, const struct wire_resolver_upstreams *wire);
/* Closes the set's sockets and forgets it. */
void set_remove(struct set *set);
