/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* store.c: links and networks are written and read back. */
#include "tests/unit/store.h"

static void test_link_comes_back_as_it_was(void **state _unused_)
{
	struct set box = {.id = ID}, lan = {.id = OTHER_ID};
	struct wire_link wire = {
		.name = "box-lan",
		.has_owner = true,
		.owner = 1000,
		.a = {.where = END_SET, .name = "box", .interface = "eth0", .gateway = "10.0.0.1"},
		.b = {.where = END_NETWORK, .name = "lan", .impairment = {IMPAIR_LOSS, .loss = 5}},
	};
	struct link link = {.owner = 1000,
			    .name = "box-lan",
			    .id = ID,
			    .state = LINK_READY,
			    .ends = {&box, &lan}};
	struct loaded loaded;

	wire.a.addresses[wire.a.n_addresses++].text = "10.0.0.2/24";
	assert_int_equal(wire_pack(&wire_link_layout, &wire, &link.wire, &link.wire_size), 0);
	assert_int_equal(store_write_link(store, &link), 0);
	loaded = load();
	assert_non_null(loaded.link);
	assert_string_equal(loaded.link->name, "box-lan");
	assert_int_equal(loaded.link->state, LINK_READY);
	assert_string_equal(loaded.ids[0], ID);
	assert_string_equal(loaded.ids[1], OTHER_ID);
	assert_int_equal(loaded.link->wire_size, link.wire_size);
	assert_memory_equal(loaded.link->wire, link.wire, link.wire_size);
	loaded_done(&loaded);
	assert_int_equal(store_remove_link(store, ID), 0);
	loaded = load();
	assert_null(loaded.link);
	assert_int_equal(loaded.n_bad, 0);
	free(link.wire);
}

/* A network's record is accepted only with a name that begins with the sign of networks. */
static void test_network_comes_back_as_it_was(void **state _unused_)
{
	const struct wire_network wire = {
		.name = "lan", .egress = true, .lease = {.process_fd = -1, .pipe_fd = -1}};
	const struct wire_spec spec = {.given = true, .root_fd = -1, .kinds = KIND_BIT(KIND_NET)};
	struct set set = {.owner = 1000,
			  .name = "box",
			  .id = ID,
			  .state = SET_READY,
			  .kinds = KIND_BIT(KIND_NET)};
	struct loaded loaded;

	assert_int_equal(wire_pack(&wire_spec_layout, &spec, &set.spec, &set.spec_size), 0);
	assert_int_equal(wire_pack(&wire_network_layout, &wire, &set.network, &set.network_size),
			 0);
	assert_int_equal(store_write_set(store, &set), 0);
	loaded = load();
	assert_int_equal(loaded.n_bad, 1);
	loaded_done(&loaded);
	strcpy(set.name, "+lan");
	assert_int_equal(store_write_set(store, &set), 0);
	loaded = load();
	assert_int_equal(loaded.n_sets, 1);
	assert_string_equal(set_shown_name(loaded.set), "lan");
	assert_memory_equal(loaded.set->network, set.network, set.network_size);
	free(loaded.set->network);
	loaded_done(&loaded);
	free(set.network);
	free(set.spec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_link_comes_back_as_it_was),
		TEST(test_network_comes_back_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
