/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* link-route.c, and the other properties of an end beside its addresses. */
#include "tests/unit/links.h"

/* A task has gateways and routes in canonical form, and says which next hops are on the link
 * itself. */
static void test_routes_are_in_canonical_form(void **state _unused_)
{
	static const struct wire_route wanted[] = {
		TO("0.0.0.0/0", .via = "10.1.0.2"),
		TO("::/0", .via = "fe80::1"),
		TO("10.2.0.0/16", .via = "10.1.0.3", .source = "10.1.0.1", .metric = 7),
		TO("0.0.0.0/0", .via = "10.9.0.9", .metric = 20, .onlink = true),
		TO("fd00:5::/32"),
		TO("10.3.0.1/32"),
	};
	const struct wire_link wire = {
		.a = {SET("a"), ADDRESSES(2, {"10.1.0.1/24"}, {"fd00::1/128"}),
		      .gateway = "10.1.0.2", .second_gateway = "fe80:0::1",
		      ROUTES(4,
			     TO("10.2.0.0/16", .via = "10.1.0.3", .source = "10.1.0.1",
				.metric = 7),
			     TO("default", .via = "10.9.0.9", .metric = 20, .onlink = true),
			     TO("fd00:0005::/32"), TO("10.3.0.1"))},
		.b = {SET("b")}};
	struct link *link = add(&wire);
	struct link_plan_task task;

	assert_int_equal(link_plan_task(link, NULL, &task), 0);
	assert_int_equal(task.task.a.n_routes, ARRAY_SIZE(wanted));
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		const struct wire_route *route = &task.task.a.routes[i];

		assert_string_equal(route->destination, wanted[i].destination);
		assert_int_equal(!route->via, !wanted[i].via);
		if (route->via)
			assert_string_equal(route->via, wanted[i].via);
		assert_int_equal(!route->source, !wanted[i].source);
		assert_int_equal(route->metric, wanted[i].metric);
		assert_int_equal(route->onlink, wanted[i].onlink);
	}
}

/* An address that is alone in its subnet has its gateway on the link. */
static void test_address_alone_in_its_subnet_has_its_gateway_on_link(void **state _unused_)
{
	const struct wire_link wire = {
		.a = {SET("a"), ADDRESSES(1, {"10.1.0.1/32"}), .gateway = "169.254.1.1"},
		.b = {SET("b"), ADDRESSES(1, {"169.254.1.1/32"})}};
	struct link_plan_task task;

	assert_int_equal(link_plan_task(add(&wire), NULL, &task), 0);
	assert_true(task.task.a.routes[0].onlink);
}

static void test_both_ends_get_the_mtu(void **state _unused_)
{
	const struct wire_link wire = {.a = {SET("a"), .mtu = 9000}, .b = {NETWORK("lan")}};
	struct failure failure = {};
	struct link_plan done;

	assert_int_equal(plan(&wire, 0, &done, &failure), 0);
	assert_int_equal(done.wire.b.mtu, 9000);
}

/* Subnets in a set may overlap. A user may not overlap subnets of the host. */
static void test_subnets_may_overlap_in_sets_only(void **state _unused_)
{
	const struct wire_link inside = {.a = {SET("a"), ADDRESSES(1, {"10.7.0.1/24"})},
					 .b = {SET("b"), ADDRESSES(1, {"10.7.0.2/24"})}};
	const struct wire_link on_host = {.a = {HOST, ADDRESSES(1, {"10.7.0.9/16"})},
					  .b = {SET("c")}};
	struct failure failure = {};
	struct link_plan done;

	add(&inside);
	assert_int_equal(plan(&inside, 0, &done, &failure), 0);
	add(&(struct wire_link){.a = {HOST, ADDRESSES(1, {"10.7.3.1/24"})}, .b = {SET("a")}});
	assert_int_equal(plan(&on_host, ALLOW_HOST_LINKS, &done, &failure), ERROR_INVALID_VALUE);
	assert_string_equal(failure.subject, "a.addresses[0]");
}

/* Another user's link is not named: the caller may not see it. */
static void test_only_own_links_are_named(void **state _unused_)
{
	const struct wire_link there = {.a = {HOST, ADDRESSES(1, {"10.7.3.1/24"})},
					.b = {SET("a")}};
	const struct wire_link wanted = {.a = {HOST, ADDRESSES(1, {"10.7.3.9/24"})},
					 .b = {SET("b")}};
	struct link *link = add(&there);
	struct failure failure = {};
	struct link_plan done;

	assert_int_equal(plan(&wanted, ALLOW_HOST_LINKS, &done, &failure), ERROR_INVALID_VALUE);
	assert_non_null(strstr(failure.text, link->name));
	link->owner = ALICE + 1;
	assert_int_equal(plan(&wanted, ALLOW_HOST_LINKS, &done, &failure), ERROR_INVALID_VALUE);
	assert_non_null(strstr(failure.text, "overlapping subnet"));
	assert_null(strstr(failure.text, link->name));
	assert_null(strstr(failure.text, "10.7.3.1"));
	link->owner = ALICE;
}

static void test_network_with_egress_is_the_gateway(void **state _unused_)
{
	const struct wire_link wire = {.a = {NETWORK("out")}, .b = {SET("b")}};
	struct failure failure = {};
	struct link_plan done;

	assert_int_equal(plan(&wire, 0, &done, &failure), 0);
	assert_string_equal(done.wire.b.gateway, "10.9.0.1");
}

/* The right to an end on the host gives no right to routes there. */
static void test_end_on_the_host_has_no_gateway(void **state _unused_)
{
	const struct wire_link wire = {
		.a = {SET("a"), ADDRESSES(1, {"10.1.0.2/24"})},
		.b = {HOST, ADDRESSES(1, {"10.1.0.1/24"}), .gateway = "10.1.0.2"}};
	struct failure failure = {};
	struct link_plan done;

	assert_int_equal(plan(&wire, ALLOW_HOST_LINKS, &done, &failure), ERROR_INVALID_VALUE);
	assert_string_equal(failure.subject, "b.gateway");
}

/* As a member of a network, the host gets an address of the network, and no routes. */
static void test_host_in_a_network_has_an_address_and_no_route(void **state _unused_)
{
	const struct wire_link wire = {.a = {HOST}, .b = {NETWORK("out")}};
	struct failure failure = {};
	struct link_plan done;

	assert_int_equal(plan(&wire, ALLOW_HOST_LINKS, &done, &failure), 0);
	assert_string_equal(done.wire.a.addresses[0].text, "10.9.0.2/24");
	assert_null(done.wire.a.gateway);
	assert_string_equal(done.wire.name, "host-out");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_routes_are_in_canonical_form),
		TEST(test_address_alone_in_its_subnet_has_its_gateway_on_link),
		TEST(test_both_ends_get_the_mtu),
		TEST(test_host_in_a_network_has_an_address_and_no_route),
		TEST(test_subnets_may_overlap_in_sets_only),
		TEST(test_only_own_links_are_named),
		TEST(test_network_with_egress_is_the_gateway),
		TEST(test_end_on_the_host_has_no_gateway),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
