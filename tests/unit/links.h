/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans of links over a registry that holds sets a, b, c and plain (no net namespace), and the
 * networks lan and out. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base.h"
#include "daemon/keeper/network/link-plan.h"
#include "daemon/keeper/policy/address.h"
#include "tests/unit/sets.h"

#define SET(set_name) .where = END_SET, .name = (set_name)
#define NETWORK(network_name) .where = END_NETWORK, .name = (network_name)
#define HOST .where = END_HOST
#define ADDRESSES(n, ...) .addresses = {__VA_ARGS__}, .n_addresses = (n)
#define TO(to, ...)                                \
	{                                          \
		.destination = (to), ##__VA_ARGS__ \
	}
#define ROUTES(n, ...) .routes = {__VA_ARGS__}, .n_routes = (n)

static int setup(void **state _unused_)
{
	const struct wire_network lan = {
		.name = "lan",
		.subnets = {{"10.8.0.0/29"}, {"fd08::/64"}},
		.n_subnets = 2,
	};
	const struct wire_network out = {
		.name = "out", .egress = true, .subnets = {{"10.9.0.0/24"}}, .n_subnets = 1};

	assert_int_equal(registry_new(&registry), 0);
	add_set("a", KIND_BIT(KIND_NET), NULL);
	add_set("b", KIND_BIT(KIND_NET), NULL);
	add_set("c", KIND_BIT(KIND_NET), NULL);
	add_set("plain", KIND_BIT(KIND_UTS), NULL);
	add_set("+lan", KIND_BIT(KIND_NET), &lan);
	add_set("+out", KIND_BIT(KIND_NET), &out);
	return 0;
}

static int teardown(void **state _unused_)
{
	registry = registry_free(registry);
	return 0;
}

static int plan(const struct wire_link *wire, uint32_t allowed, struct link_plan *ret,
		struct failure *failure)
{
	const struct authz_subject subject = {.uid = ALICE, .allowed = allowed};
	char id[ID_SIZE];
	const struct link_wish wish = {
		.subject = &subject,
		.owner = ALICE,
		.id = id,
		.wire = wire,
		.prefixes = {"a.", "b."},
	};

	snprintf(id, sizeof(id), "%08xcafecafe", 0xab000000 + ++last_id);
	return link_plan(registry, &wish, ret, failure);
}

/* Plans a link and keeps it, as link.c does. */
static struct link *add(const struct wire_link *wire)
{
	struct link *link = calloc(1, sizeof(*link));
	struct failure failure = {};
	struct link_plan done;

	assert_non_null(link);
	if (plan(wire, ALLOW_HOST_LINKS, &done, &failure))
		fail_msg("%s: %s", failure.subject, failure.text);
	link->owner = ALICE;
	memcpy(link->name, done.name, sizeof(link->name));
	memcpy(link->id, done.id, sizeof(link->id));
	memcpy(link->ends, done.ends, sizeof(link->ends));
	link->state = LINK_READY;
	assert_int_equal(wire_pack(&wire_link_layout, &done.wire, &link->wire, &link->wire_size),
			 0);
	assert_int_equal(registry_add_link(registry, link), 0);
	return link;
}
