/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A registry, and sets and networks of ALICE's in it. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "base.h"
#include "daemon/keeper/state/registry.h"

#define ALICE 1000

static struct registry *registry;
static unsigned int last_id;

/* network: NULL for a set. */
static inline struct set *add_set(const char *name, uint32_t kinds,
				  const struct wire_network *network)
{
	struct set *set = calloc(1, sizeof(*set));

	assert_non_null(set);
	set->owner = ALICE;
	snprintf(set->name, sizeof(set->name), "%s", name);
	snprintf(set->id, sizeof(set->id), "%016x", ++last_id);
	set->state = SET_READY;
	set->kinds = kinds;
	if (network)
		assert_int_equal(
			wire_pack(&wire_network_layout, network, &set->network, &set->network_size),
			0);
	assert_int_equal(registry_add_set(registry, set), 0);
	return set;
}
