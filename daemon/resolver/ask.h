/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A question in progress: name servers are asked in turn until one answers, then the keeper lets
 * the addresses of its answer through, and then the set gets the answer.
 */
#pragma once

#include "daemon/resolver/resolver.h"

/* Begins with a question of which the caller knows that the set's list has its name, by these
 * entries. The caller fills in who asked. Returns NULL if there is no memory, or if too many are in
 * progress. */
struct ask *ask_new(struct set *set, const uint8_t *bytes, size_t size,
		    const struct question *question, const uint32_t *entries, size_t n_entries,
		    ask_done_fn *done);
/* Ends a question without an answer. */
void ask_free(struct ask *ask);
/* Handles the keeper's answer to the request with this number. refused: a bit for each address that
 * is not let through. */
void ask_allowed(struct resolver *resolver, uint32_t request, uint64_t refused);
