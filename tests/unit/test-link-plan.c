/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * link-plan.c and address.c: the plan of a link, or the field for which it is refused.
 */
#include "tests/unit/links.h"

static void check_end(const struct wire_end *end, const char *interface, const char *address)
{
	assert_string_equal(end->interface, interface);
	assert_int_equal(end->n_addresses, address ? 1 : 0);
	if (address)
		assert_string_equal(end->addresses[0].text, address);
}

/* --- plans --- */

static void test_pair_gets_names_and_addresses(void **state _unused_)
{
	const struct wire_link wire = {.a = {SET("a"), ADDRESSES(1, {"FD01:0::1/64"})},
				       .b = {SET("b"), .mac = "02:AA:00:00:00:01"}};
	struct failure failure = {};
	struct link_plan done;

	assert_int_equal(plan(&wire, 0, &done, &failure), 0);
	assert_string_equal(done.wire.name, "a-b");
	check_end(&done.wire.a, "eth0", "fd01::1/64");
	check_end(&done.wire.b, "eth0", NULL);
	assert_string_equal(done.wire.b.mac, "02:aa:00:00:00:01");
	/* locally administered, unicast, out of the id */
	assert_memory_equal(done.wire.a.mac + 2, ":00:00:", 7);
	assert_true(strchr("26ae", done.wire.a.mac[1]) != NULL);
}

static void test_next_link_gets_the_next_interface_and_name(void **state _unused_)
{
	const struct wire_link wire = {.a = {SET("a")}, .b = {SET("b")}};
	struct failure failure = {};
	struct link_plan done;

	add(&wire);
	assert_int_equal(plan(&wire, 0, &done, &failure), 0);
	assert_string_equal(done.wire.name, "a-b-2");
	assert_string_equal(done.wire.a.interface, "eth1");
}

/* Addresses of a network are handed out, given back, and handed out again. */
static void test_network_hands_out_addresses_again(void **state _unused_)
{
	const struct wire_link wires[] = {
		{.a = {SET("a")}, .b = {NETWORK("lan")}},
		{.a = {SET("b")}, .b = {NETWORK("lan")}},
		{.a = {SET("c")}, .b = {NETWORK("lan")}},
	};
	struct failure failure = {};
	struct link_plan done;
	struct link *first = add(&wires[0]);

	assert_int_equal(plan(&wires[1], 0, &done, &failure), 0);
	assert_string_equal(done.wire.a.addresses[0].text, "10.8.0.3/29");
	assert_string_equal(done.wire.a.addresses[1].text, "fd08::3/64");
	assert_null(done.wire.a.gateway);
	registry_drop_link(registry, first);
	assert_int_equal(plan(&wires[2], 0, &done, &failure), 0);
	assert_string_equal(done.wire.a.addresses[0].text, "10.8.0.2/29");
}

static void test_exhausted_network_is_refused(void **state _unused_)
{
	const struct wire_link wire = {.a = {SET("c")}, .b = {NETWORK("lan")}};
	struct failure failure = {};
	struct link_plan done;

	/* a /29 has six hosts, one of which is the network's own */
	for (int i = 0; i < 5; i++) {
		char name[8];

		snprintf(name, sizeof(name), "m%d", i);
		add_set(name, KIND_BIT(KIND_NET), NULL);
		add(&(struct wire_link){.a = {SET(name)}, .b = {NETWORK("lan")}});
	}
	assert_int_equal(plan(&wire, 0, &done, &failure), ERROR_INVALID_VALUE);
	assert_string_equal(failure.subject, "a.addresses");
	assert_non_null(strstr(failure.text, "10.8.0.0/29"));
}

/* Numbers of addresses in a subnet, and back. */
static void test_addresses_are_numbered_in_their_subnet(void **state _unused_)
{
	static const struct {
		const char *subnet, *address;
		bool inside;
		uint32_t n;
	} rows[] = {
		{"10.8.0.0/24", "10.8.0.7/24", true, 7},
		{"10.8.0.0/24", "10.8.1.7/24", false, 0},
		{"10.8.0.0/16", "10.8.1.2/24", true, 258},
		{"10.0.0.0/8", "10.255.255.254/8", true, 0xfffffe},
		{"fd08::/64", "fd08::1:2/64", true, 0x10002},
		{"fd08::/64", "fd08::1:0:0:2/64", false, 0},
		{"fd08::/64", "10.8.0.1/24", false, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct address subnet, address, again;
		uint32_t n = 0;

		assert_null(address_read_subnet(rows[i].subnet, &subnet));
		assert_null(address_read_interface(rows[i].address, &address));
		assert_int_equal(address_number(&subnet, &address, &n), rows[i].inside);
		assert_int_equal(n, rows[i].n);
		if (!rows[i].inside)
			continue;
		assert_true(address_of_subnet(&subnet, n, &again));
		assert_true(address_equals(&again, &address));
	}
}

static void test_wrong_link_is_refused_by_field(void **state _unused_)
{
	static const struct {
		struct wire_link wire;
		enum nsctl_error error;
		const char *subject;
	} rows[] = {
		{{.a = {SET("a")}, .b = {SET("nobody")}}, ERROR_NOT_FOUND, "set"},
		{{.a = {SET("a")}, .b = {NETWORK("a")}}, ERROR_NOT_FOUND, "network"},
		{{.a = {SET("a")}, .b = {SET("plain")}}, ERROR_INVALID_VALUE, "b.set"},
		{{.a = {SET("a")}, .b = {SET("a")}}, ERROR_INVALID_VALUE, "b.set"},
		{{.a = {SET("a")}, .b = {}}, ERROR_INVALID_VALUE, "b.set"},
		{{.a = {HOST}, .b = {NETWORK("lan")}}, ERROR_NOT_PERMITTED, "link to the host"},
		{{.a = {NETWORK("out")}, .b = {NETWORK("lan")}}, ERROR_INVALID_VALUE, "b.set"},
		{{.a = {SET("a")}, .b = {HOST}}, ERROR_NOT_PERMITTED, "link to the host"},
		{{.name = "b-c", .a = {SET("a")}, .b = {SET("b")}}, ERROR_EXISTS, "link"},
		{{.name = "A", .a = {SET("a")}, .b = {SET("b")}}, ERROR_INVALID_VALUE, "name"},
		{{.a = {SET("a"), .interface = "lo"}, .b = {SET("b")}},
		 ERROR_INVALID_VALUE,
		 "a.interface"},
		{{.a = {SET("a")}, .b = {SET("b"), .interface = "eth0"}},
		 ERROR_INVALID_VALUE,
		 "b.interface"},
		{{.a = {SET("a"), .mac = "01:00:00:00:00:00"}, .b = {SET("b")}},
		 ERROR_INVALID_VALUE,
		 "a.mac"},
		{{.a = {SET("a"), ADDRESSES(1, {"10.1.0.1"})}, .b = {SET("b")}},
		 ERROR_INVALID_VALUE,
		 "a.addresses[0]"},
		{{.a = {SET("a"), ADDRESSES(1, {"10.1.0.1/24"})},
		  .b = {SET("c"), ADDRESSES(1, {"10.1.0.1/24"})}},
		 ERROR_INVALID_VALUE,
		 "b.addresses[0]"},
		/* the network's own, and one that is in use */
		{{.a = {SET("a"), ADDRESSES(1, {"10.8.0.1/29"})}, .b = {NETWORK("lan")}},
		 ERROR_INVALID_VALUE,
		 "a.addresses[0]"},
		{{.a = {SET("a"), ADDRESSES(1, {"10.8.0.2/29"})}, .b = {NETWORK("lan")}},
		 ERROR_INVALID_VALUE,
		 "a.addresses[0]"},
		{{.a = {SET("a")}, .b = {NETWORK("lan"), .interface = "x"}},
		 ERROR_INVALID_VALUE,
		 "b.interface"},
		{{.a = {SET("a")}, .b = {NETWORK("lan"), ADDRESSES(1, {"10.0.0.1/8"})}},
		 ERROR_INVALID_VALUE,
		 "b.addresses"},
		{{.a = {SET("a"), ADDRESSES(1, {"10.1.0.1/24"}), .gateway = "10.2.0.1"},
		  .b = {SET("c")}},
		 ERROR_INVALID_VALUE,
		 "a.gateway"},
		/* the end itself, although another of its addresses is in the same subnet */
		{{.a = {SET("a"), ADDRESSES(2, {"10.1.0.1/24"}, {"10.1.0.2/24"}),
			.gateway = "10.1.0.1"},
		  .b = {SET("c")}},
		 ERROR_INVALID_VALUE,
		 "a.gateway"},
		/* a second gateway is of the other family */
		{{.a = {SET("a"), ADDRESSES(1, {"10.1.0.1/24"}), .gateway = "10.1.0.2",
			.second_gateway = "10.1.0.3"},
		  .b = {SET("c")}},
		 ERROR_INVALID_VALUE,
		 "a.secondGateway"},
		{{.a = {SET("a"), ADDRESSES(1, {"10.1.0.1/24"}), ROUTES(1, TO("default"))},
		  .b = {SET("c")}},
		 ERROR_INVALID_VALUE,
		 "a.routes[0]"},
		{{.a = {SET("a"), ADDRESSES(1, {"10.1.0.1/24"}),
			ROUTES(2, TO("10.2.0.0/16", .via = "10.1.0.2"),
			       TO("fd00::/8", .via = "10.1.0.2"))},
		  .b = {SET("c")}},
		 ERROR_INVALID_VALUE,
		 "a.routes[1]"},
		{{.a = {SET("a"), ADDRESSES(1, {"10.1.0.1/24"}),
			ROUTES(1, TO("0.0.0.0/0", .via = "10.9.0.1"))},
		  .b = {SET("c")}},
		 ERROR_INVALID_VALUE,
		 "a.routes[0]"},
		{{.a = {SET("a"), ADDRESSES(1, {"10.1.0.1/24"}), ROUTES(1, TO("10.2.0.1/16"))},
		  .b = {SET("c")}},
		 ERROR_INVALID_VALUE,
		 "a.routes[0]"},
		{{.a = {SET("a")}, .b = {NETWORK("lan"), ROUTES(1, TO("10.2.0.0/16"))}},
		 ERROR_INVALID_VALUE,
		 "b.routes"},
		{{.a = {SET("a"), .interface = "all"}, .b = {SET("c")}},
		 ERROR_INVALID_VALUE,
		 "a.interface"},
		{{.a = {SET("a"), .impairment = {IMPAIR_JITTER, .jitter = 5}}, .b = {SET("c")}},
		 ERROR_INVALID_VALUE,
		 "a.impairment.jitterMilliseconds"},
	};

	add(&(struct wire_link){.a = {SET("b"), ADDRESSES(1, {"10.7.0.1/24"})}, .b = {SET("c")}});
	add(&(struct wire_link){.a = {SET("c")}, .b = {NETWORK("lan")}});
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct failure failure = {};
		struct link_plan done;

		if (plan(&rows[i].wire, 0, &done, &failure) != (int)rows[i].error ||
		    strcmp(failure.subject, rows[i].subject) != 0)
			fail_msg("row %zu: %d %s: %s", i, failure.error, failure.subject,
				 failure.text);
	}
}

/* --- changes --- */

static void test_change_replaces_what_it_names(void **state _unused_)
{
	struct link *link = add(&(struct wire_link){
		.a = {SET("a"), ADDRESSES(1, {"10.1.0.1/24"}),
		      .impairment = {IMPAIR_DELAY | IMPAIR_LOSS, .delay = 7, .loss = 9}},
		.b = {SET("b")}});
	const struct wire_link change = {
		.a = {.impairment = {IMPAIR_DELAY | IMPAIR_RATE, .rate = 1000000}},
		.b = {ADDRESSES(1, {"10.1.0.2/24"}), .up = SWITCH_OFF},
	};
	const struct wire_link moved = {.b = {HOST}}, clear = {.a = {.has_addresses = true}};
	struct failure failure = {};
	struct link_plan done;

	assert_int_equal(link_plan_change(registry, link, &change, &done, &failure), 0);
	/* a field that is not given stays, 0 clears it */
	assert_int_equal(done.wire.a.impairment.given, IMPAIR_LOSS | IMPAIR_RATE);
	assert_int_equal(done.wire.a.impairment.loss, 9);
	check_end(&done.wire.a, "eth0", "10.1.0.1/24");
	check_end(&done.wire.b, "eth0", "10.1.0.2/24");
	assert_int_equal(done.wire.b.up, SWITCH_OFF);
	assert_int_equal(link_plan_change(registry, link, &moved, &done, &failure),
			 ERROR_INVALID_VALUE);
	assert_int_equal(link_plan_change(registry, link, &clear, &done, &failure), 0);
	assert_int_equal(done.wire.a.n_addresses, 0);
}

/* --- networks --- */

static void test_wrong_network_is_refused_by_field(void **state _unused_)
{
	static const struct {
		struct wire_network wire;
		const char *field; /* NULL: fine */
	} rows[] = {
		{{.name = "n", .subnets = {{"10.200.0.0/24"}}, .n_subnets = 1}, NULL},
		{{.name = "n", .subnets = {{"10.200.0.1/24"}}, .n_subnets = 1}, "subnets[0]"},
		{{.name = "n", .subnets = {{"10.200.0.0/31"}}, .n_subnets = 1}, "subnets[0]"},
		/* the same as another network's */
		{{.name = "n", .subnets = {{"10.9.0.0/24"}}, .n_subnets = 1}, NULL},
		{{.name = "n", .subnets = {{"auto"}, {"10.214.0.0/15"}}, .n_subnets = 2},
		 "subnets[1]"},
		{{.name = "n", .subnets = {{"10.1.0.0/24"}, {"10.0.0.0/9"}}, .n_subnets = 2},
		 "subnets[1]"},
		{{.name = "n", .dns = {{"1.1.1.1/8"}}, .n_dns = 1}, "dns[0]"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		static struct link_plan_network network;
		struct failure failure = {};
		int r = link_plan_network(registry, ALICE, &rows[i].wire, &network, &failure);

		if (r != (rows[i].field ? ERROR_INVALID_VALUE : 0) ||
		    (rows[i].field && strcmp(failure.subject, rows[i].field) != 0))
			fail_msg("row %zu: %d %s", i, r, failure.subject);
	}
}

/* "auto" takes a subnet that neither another network of the owner nor this network has. */
static void test_auto_takes_a_free_subnet(void **state _unused_)
{
	const struct wire_network wish = {
		.name = "n", .subnets = {{"10.214.0.0/24"}, {"auto"}, {"auto"}}, .n_subnets = 3};
	const struct wire_network taken = {
		.name = "taken", .subnets = {{"10.214.2.0/23"}}, .n_subnets = 1};
	const struct wire_network all = {
		.name = "all", .subnets = {{"10.214.0.0/16"}}, .n_subnets = 1};
	static struct link_plan_network network;
	struct failure failure = {};

	add_set("+taken", KIND_BIT(KIND_NET), &taken);
	assert_int_equal(link_plan_network(registry, ALICE, &wish, &network, &failure), 0);
	assert_string_equal(network.wire.subnets[1].text, "10.214.1.0/24");
	assert_string_equal(network.wire.subnets[2].text, "10.214.4.0/24");
	assert_int_equal(link_plan_network(registry, ALICE + 1, &wish, &network, &failure), 0);
	assert_string_equal(network.wire.subnets[2].text, "10.214.2.0/24");
	add_set("+all", KIND_BIT(KIND_NET), &all);
	assert_int_equal(link_plan_network(registry, ALICE, &wish, &network, &failure),
			 ERROR_INVALID_VALUE);
	assert_string_equal(failure.subject, "subnets[1]");
}

/* A set gets no addresses from two networks with the same subnet. */
static void test_set_joins_one_network_of_a_subnet(void **state _unused_)
{
	const struct wire_network same = {
		.name = "same", .subnets = {{"10.9.0.0/25"}}, .n_subnets = 1};
	const struct wire_link wire = {.a = {SET("a")}, .b = {NETWORK("same")}};
	struct failure failure = {};
	struct link_plan done;

	add_set("+same", KIND_BIT(KIND_NET), &same);
	add(&(struct wire_link){.a = {SET("a")}, .b = {NETWORK("out")}});
	/* twice in one network is fine */
	add(&(struct wire_link){.a = {SET("a")}, .b = {NETWORK("out")}});
	assert_int_equal(plan(&wire, 0, &done, &failure), ERROR_INVALID_VALUE);
	assert_string_equal(failure.subject, "a.addresses");
	assert_int_equal(plan(&(struct wire_link){.a = {SET("b")}, .b = {NETWORK("same")}}, 0,
			      &done, &failure),
			 0);
}

/* --- aliases --- */

#define ALIASES(n, ...) .aliases = {__VA_ARGS__}, .n_aliases = (n)

/* In a network, no two sets have the same name or alias. */
static void test_aliases_are_unique_in_a_network(void **state _unused_)
{
	static const struct {
		struct wire_link wire;
		const char *field; /* NULL: fine */
	} rows[] = {
		{{.a = {SET("b"), ALIASES(2, {"plain"}, {"cache"})}, .b = {NETWORK("lan")}}, NULL},
		{{.a = {NETWORK("lan")}, .b = {SET("b"), ALIASES(1, {"b"})}}, NULL},
		/* another link of the same set */
		{{.a = {SET("a"), ALIASES(1, {"db"})}, .b = {NETWORK("lan")}}, NULL},
		/* another network */
		{{.a = {SET("b"), ALIASES(1, {"db"})}, .b = {NETWORK("out")}}, NULL},
		{{.a = {SET("b"), ALIASES(2, {"x"}, {"Db"})}, .b = {NETWORK("lan")}},
		 "a.aliases[1]"},
		{{.a = {NETWORK("lan")}, .b = {SET("b"), ALIASES(1, {"a"})}}, "b.aliases[0]"},
		{{.a = {SET("b"), ALIASES(2, {"x"}, {"X"})}, .b = {NETWORK("lan")}},
		 "a.aliases[1]"},
		{{.a = {SET("c")}, .b = {NETWORK("lan")}}, "a.set"},
		{{.a = {SET("b"), ALIASES(1, {"x"})}, .b = {SET("c")}}, "a.aliases"},
		{{.a = {SET("b")}, .b = {NETWORK("lan"), ALIASES(1, {"x"})}}, "b.aliases"},
	};

	add(&(struct wire_link){.a = {SET("a"), ALIASES(2, {"db"}, {"c"})}, .b = {NETWORK("lan")}});
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct failure failure = {};
		struct link_plan done;
		int r = plan(&rows[i].wire, 0, &done, &failure);

		if (r != (rows[i].field ? ERROR_INVALID_VALUE : 0) ||
		    (rows[i].field && strcmp(failure.subject, rows[i].field) != 0))
			fail_msg("row %zu: %d %s", i, r, failure.subject);
	}
}

/* SetLink replaces the aliases, or leaves them. */
static void test_change_replaces_or_keeps_aliases(void **state _unused_)
{
	struct link *link = add(
		&(struct wire_link){.a = {SET("a"), ALIASES(1, {"db"})}, .b = {NETWORK("lan")}});
	static const struct wire_link change = {.a = {ALIASES(2, {"x"}, {"y"})}},
				      clear = {.a.has_aliases = true}, none = {};
	struct failure failure = {};
	struct link_plan done;

	assert_int_equal(link_plan_change(registry, link, &none, &done, &failure), 0);
	assert_int_equal(done.wire.a.n_aliases, 1);
	assert_int_equal(link_plan_change(registry, link, &change, &done, &failure), 0);
	assert_int_equal(done.wire.a.n_aliases, 2);
	assert_string_equal(done.wire.a.aliases[1].name, "y");
	assert_int_equal(link_plan_change(registry, link, &clear, &done, &failure), 0);
	assert_int_equal(done.wire.a.n_aliases, 0);
}

static void test_bridge_has_the_first_addresses(void **state _unused_)
{
	const struct wire_network network = {
		.egress = true, .subnets = {{"10.8.0.0/29"}, {"fd08::/64"}}, .n_subnets = 2};
	struct link_plan_bridge bridge;

	link_plan_bridge(&network, &bridge);
	assert_true(bridge.task.given && bridge.task.forward);
	assert_int_equal(bridge.task.n_addresses, 2);
	assert_string_equal(bridge.task.addresses[0].text, "10.8.0.1/29");
	assert_string_equal(bridge.task.addresses[1].text, "fd08::1/64");
}

/* --- ways to the outside --- */

static void test_way_out_has_addresses_of_the_pool(void **state _unused_)
{
	static struct link_plan_egress egress;
	struct failure failure = {};
	static const struct {
		uint32_t ways;
		const char *address4, *address6, *gateway4, *gateway6;
	} rows[] = {
		{0, "10.213.0.2/30", "fd6e::2/126", "10.213.0.1", "fd6e::1"},
		{1, "10.213.0.6/30", "fd6e::6/126", "10.213.0.5", "fd6e::5"},
		{16383, "10.213.255.254/30", "fd6e::fffe/126", "10.213.255.253", "fd6e::fffd"},
		{16384, "10.214.0.2/30", "fd6e::1:2/126", "10.214.0.1", "fd6e::1:1"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct wire_link *wire = &egress.wire;

		assert_int_equal(link_plan_egress(registry, "10.213.0.0/16", "fd6e::/64", true,
						  &egress, &failure),
				 0);
		link_plan_move_egress(&egress, rows[i].ways);
		assert_string_equal(wire->a.addresses[0].text, rows[i].address4);
		assert_string_equal(wire->a.addresses[1].text, rows[i].address6);
		assert_string_equal(wire->a.gateway, rows[i].gateway4);
		assert_string_equal(wire->a.second_gateway, rows[i].gateway6);
		assert_memory_equal(wire->b.addresses[0].text, rows[i].gateway4,
				    strlen(rows[i].gateway4));
		assert_memory_equal(wire->b.addresses[1].text, rows[i].gateway6,
				    strlen(rows[i].gateway6));
	}
}

/* --- the task for the worker --- */

static void test_task_names_pins_and_interfaces(void **state _unused_)
{
	struct link *link = add(&(struct wire_link){
		.a = {SET("a")}, .b = {HOST, .interface = "veth0"}, .name = "up"});
	static struct link_plan_task task;

	assert_int_equal(link_plan_task(link, NULL, &task), 0);
	assert_string_equal(task.task.a.pin, "1000/a");
	assert_string_equal(task.task.a.interface, "eth0");
	assert_null(task.task.a.altname);
	assert_true(task.task.b.host);
	/* on the host, the daemon chooses the name, and the user's becomes an altname */
	assert_memory_equal(task.task.b.interface, "nscab", 5);
	assert_string_equal(task.task.b.altname, "veth0");
	assert_int_equal(link_plan_task(link, link->ends[0], &task), 0);
	assert_null(task.task.a.pin);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_pair_gets_names_and_addresses),
		TEST(test_next_link_gets_the_next_interface_and_name),
		TEST(test_network_hands_out_addresses_again),
		TEST(test_exhausted_network_is_refused),
		TEST(test_addresses_are_numbered_in_their_subnet),
		TEST(test_wrong_link_is_refused_by_field),
		TEST(test_change_replaces_what_it_names),
		TEST(test_wrong_network_is_refused_by_field),
		TEST(test_auto_takes_a_free_subnet),
		TEST(test_set_joins_one_network_of_a_subnet),
		TEST(test_aliases_are_unique_in_a_network),
		TEST(test_change_replaces_or_keeps_aliases),
		TEST(test_bridge_has_the_first_addresses),
		TEST(test_way_out_has_addresses_of_the_pool),
		TEST(test_task_names_pins_and_interfaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
