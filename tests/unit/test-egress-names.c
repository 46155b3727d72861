/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reach-names.c, outside.c, egress-grants.c and egress-refused-names.c: the names of lists, to
 * which addresses they may lead, what was let through, and which names were refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <string.h>
#include "daemon/keeper/network/egress-grants.h"
#include "daemon/keeper/network/egress-held.h"
#include "daemon/keeper/network/egress-refused-names.h"
#include "daemon/keeper/policy/outside.h"
#include "daemon/keeper/policy/reach-names.h"

static struct config *read_config(const char *text)
{
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	struct config *config = NULL;
	char *message = NULL;

	assert_non_null(file);
	if (config_parse(file, "FILE", &config, &message) < 0)
		fail_msg("%s", message);
	fclose(file);
	return config;
}

static const char *name_at(const struct reach_names *names, size_t i)
{
	const char *at = names->text;

	for (; i > 0; i--)
		at += strlen(at) + 1;
	return at;
}

/* --- names --- */

/* The user's own names come first. A name that is listed twice appears once, with both services. */
static void test_names_of_a_list_are_sorted_and_joined(void **state _unused_)
{
	static const struct wire_reach reach = {
		.listed = true,
		.allow = {{"@m"}, {"192.0.2.1"}, {"z.org"}, {"B.org.:443"}, {"*.b.org/udp"}},
		.n_allow = 5};
	static const char *const expected[] = {"*.b.org", "b.org", "z.org", "a.org", "c.org"};
	struct config *config = read_config("[lists]\nm = c.org b.org:80 a.org:443 @dns\n");
	struct reach_names *names;
	size_t size = 0;

	assert_int_equal(reach_names_find(config, &reach, &names), 0);
	assert_non_null(names);
	assert_int_equal(names->n, ARRAY_SIZE(expected));
	assert_int_equal(names->n_own, 3);
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		assert_string_equal(name_at(names, i), expected[i]);
		size += strlen(expected[i]) + 1;
	}
	assert_int_equal(names->size, size);
	/* any, 80, 443, and UDP */
	assert_int_equal(names->n_services, 4);
	assert_int_equal(__builtin_popcount(names->services[1]), 2);
	assert_int_equal(names->services[2], names->services[4]);
	assert_int_equal(names->services[1] & names->services[3], names->services[3]);
	assert_false(names->overflow);
	reach_names_release(names);
	config_free(config);
}

/* Lists with the same entries share their memory, until the configuration changes. */
static void test_equal_lists_are_shared(void **state _unused_)
{
	static const struct wire_reach reach = {.listed = true, .allow = {{"@m"}}, .n_allow = 1};
	struct config *config = read_config("[lists]\nm = a.org\n");
	struct config *same = read_config("[lists]\nm = a.org\n");
	struct config *other = read_config("[lists]\nm = a.org b.org\n");
	struct reach_names *names[4];

	assert_int_equal(reach_names_find(config, &reach, &names[0]), 0);
	assert_int_equal(reach_names_find(config, &reach, &names[1]), 0);
	assert_int_equal(reach_names_find(same, &reach, &names[2]), 0);
	assert_int_equal(reach_names_find(other, &reach, &names[3]), 0);
	assert_ptr_equal(names[0], names[1]);
	assert_ptr_not_equal(names[0], names[2]);
	assert_true(reach_names_equal(names[0], names[2]));
	assert_false(reach_names_equal(names[0], names[3]));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		reach_names_release(names[i]);
	config_free(config);
	config_free(same);
	config_free(other);
}

static void test_list_without_names_has_none(void **state _unused_)
{
	static const struct wire_reach rows[] = {
		{.listed = false},
		{.listed = true},
		{.listed = true, .allow = {{"192.0.2.1"}, {"@dns"}}, .n_allow = 2},
		{.listed = true, .allow = {{"@m"}, {"@gone"}}, .n_allow = 2},
	};
	struct config *config = read_config("[lists]\nm = 198.51.100.1\n");
	struct reach_names *names;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(reach_names_find(config, &rows[i], &names), 0);
		assert_null(names);
	}
	config_free(config);
}

/* Lists that have all names and ports of another list, and lists that only seem to. */
static void test_list_covers_another_with_all_names_and_ports(void **state _unused_)
{
	static const struct {
		const char *names, *others; /* lists of [lists] */
		bool cover, same;
	} rows[] = {
		{"a.org b.org", "a.org b.org", true, true},
		{"a.org:80 a.org:443", "a.org:443 a.org:80", true, true},
		{"a.org b.org c.org", "b.org", true, false},
		{"a.org c.org", "a.org b.org c.org", false, false},
		{"a.org c.org", "a.org d.org", false, false},
		{"a.org:80", "a.org", false, false},
		{"a.org:80 b.org:443", "a.org:443 b.org:80", false, false},
		{"a.org:80/tcp", "a.org:80", false, false},
		{"a.org:80/tcp b.org", "a.org:80/tcp", true, false},
		{"*.a.org", "a.org", false, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		static struct wire_reach reach = {
			.listed = true, .allow = {{"@m"}, {"m.org"}}, .n_allow = 2};
		char text[128];
		struct config *config;
		struct reach_names *names, *others, *own;

		snprintf(text, sizeof(text), "[lists]\nm = %s\nn = %s\n", rows[i].names,
			 rows[i].others);
		config = read_config(text);
		reach.allow[0].text = "@m";
		reach.n_allow = 2;
		assert_int_equal(reach_names_find(config, &reach, &names), 0);
		reach.allow[0].text = "@n";
		assert_int_equal(reach_names_find(config, &reach, &others), 0);
		reach.allow[0].text = "m.org";
		reach.n_allow = 1;
		assert_int_equal(reach_names_find(config, &reach, &own), 0);
		if (reach_names_cover(names, others) != rows[i].cover ||
		    (names->digest == others->digest) != rows[i].same)
			fail_msg("%s, %s", rows[i].names, rows[i].others);
		assert_true(reach_names_cover(names, own));
		assert_false(reach_names_cover(own, names));
		assert_true(reach_names_cover(own, NULL));
		assert_false(reach_names_cover(NULL, own));
		reach_names_release(names);
		reach_names_release(others);
		reach_names_release(own);
		config_free(config);
	}
	assert_true(reach_names_cover(NULL, NULL));
}

static void test_too_many_services_overflow(void **state _unused_)
{
	static struct wire_reach reach = {.listed = true, .n_allow = REACH_SERVICES_MAX + 1};
	static char texts[REACH_SERVICES_MAX + 1][32];
	struct config *config = read_config("");
	struct reach_names *names;

	for (size_t i = 0; i < reach.n_allow; i++) {
		snprintf(texts[i], sizeof(texts[i]), "a.org:%zu", i + 1);
		reach.allow[i].text = texts[i];
	}
	assert_int_equal(reach_names_find(config, &reach, &names), 0);
	assert_true(names->overflow);
	reach_names_release(names);
	reach.n_allow--;
	assert_int_equal(reach_names_find(config, &reach, &names), 0);
	assert_false(names->overflow);
	assert_int_equal(names->n, 1);
	assert_int_equal(names->services[0], UINT32_MAX);
	reach_names_release(names);
	config_free(config);
}

/* A list counts once for each user, from its first set to its last. */
static void test_list_counts_once_for_each_user(void **state _unused_)
{
	const struct reach_names a = {.n = 10}, b = {.n = 4};

	assert_int_equal(egress_held_growth(1, NULL, &a), 10);
	assert_int_equal(egress_held_add(1, &a), 10);
	assert_int_equal(egress_held_growth(1, NULL, &a), 0);
	assert_int_equal(egress_held_add(1, &a), 0);
	assert_int_equal(egress_held_add(2, &a), 10);
	/* another set stays with the old list, and then none */
	assert_int_equal(egress_held_growth(1, &a, &b), 4);
	assert_int_equal(egress_held_drop(1, &a), 0);
	assert_int_equal(egress_held_growth(1, &a, &b), 0);
	assert_int_equal(egress_held_add(1, &b), 4);
	assert_int_equal(egress_held_growth(1, &b, &a), 0);
	assert_int_equal(egress_held_growth(2, NULL, &b), 4);
	assert_int_equal(egress_held_sets(1), 2);
	assert_int_equal(egress_held_sets(2), 1);
	assert_int_equal(egress_held_sets(3), 0);
	assert_int_equal(egress_held_drop(1, &a), 10);
	assert_int_equal(egress_held_drop(1, &a), 0);
	assert_int_equal(egress_held_add(1, NULL), 0);
	assert_int_equal(egress_held_drop(1, NULL), 0);
	assert_int_equal(egress_held_drop(1, &b), 4);
	assert_int_equal(egress_held_drop(2, &a), 10);
	assert_int_equal(egress_held_sets(1), 0);
}

/* --- addresses --- */

static void test_only_public_addresses_are_outside(void **state _unused_)
{
	static const struct {
		const char *address;
		bool public;
	} rows[] = {
		{"198.51.100.1", true},
		{"2001:db8::1", true},
		{"64:ff9b::198.51.100.1", true},
		{"10.0.0.1", false},
		{"100.64.0.1", false},
		{"127.0.0.1", false},
		{"169.254.169.254", false},
		{"172.31.0.1", false},
		{"192.168.0.1", false},
		{"::1", false},
		{"::ffff:198.51.100.1", false},
		{"::198.51.100.1", false},
		{"::ffff:0:198.51.100.1", false},
		{"198.18.0.1", false},
		{"2001::1", false},
		{"64:ff9b::10.0.0.1", false},
		{"64:ff9b:1::1", false},
		{"2002:c633:6401::1", false},
		{"fc00::1", false},
		{"fe80::1", false},
		{"fec0::1", false},
		{"ff02::1", false},
		{"fd00::1", false},
		{"224.0.0.1", false},
		{"240.0.0.1", false},
		/* forbidden; the pools are private already */
		{"203.0.113.7", false},
		{"64:ff9b::203.0.113.7", false},
		{"2001:db8:f::1", false},
	};
	struct config *config =
		read_config("[network]\negress-forbidden = 203.0.113.0/24 2001:db8:f::/48\n");

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct address address;

		(void)address_read_host(rows[i].address, &address);
		if (outside_is_public(config, &address) != rows[i].public)
			fail_msg("%s", rows[i].address);
	}
	config_free(config);
}

static void test_grants_are_added_and_end(void **state _unused_)
{
	struct grants grants = {};
	struct grant grant = {.services = 1, .until = 100};

	assert_null(address_read_host("198.51.100.1", &grant.address));
	assert_false(grants_have(&grants, &grant.address, 1, 100));
	assert_int_equal(grants_add(&grants, &grant), 0);
	assert_int_equal(grants.pairs, 1);
	assert_true(grants_have(&grants, &grant.address, 1, 100));
	assert_false(grants_have(&grants, &grant.address, 1, 101));
	assert_false(grants_have(&grants, &grant.address, 3, 100));
	/* another service, which ends later: what ends first decides */
	grant.services = 2;
	grant.until = 200;
	assert_int_equal(grants_add(&grants, &grant), 0);
	assert_int_equal(grants.n, 1);
	assert_int_equal(grants.pairs, 2);
	assert_true(grants_have(&grants, &grant.address, 3, 100));
	assert_false(grants_have(&grants, &grant.address, 2, 101));
	grants_expire(&grants, 99);
	assert_int_equal(grants.n, 1);
	/* one that is there has room, another one has none */
	assert_true(grants_have_room(&grants, &grant.address, GRANTS_MAX));
	assert_null(address_read_host("198.51.100.2", &grant.address));
	assert_true(grants_have_room(&grants, &grant.address, GRANTS_MAX - 2));
	assert_false(grants_have_room(&grants, &grant.address, GRANTS_MAX - 1));
	grants_expire(&grants, 100);
	assert_int_equal(grants.n, 0);
	assert_int_equal(grants.pairs, 0);
	grants_clear(&grants);
}

/* --- refused names --- */

static void test_refused_names_are_counted(void **state _unused_)
{
	struct wire_refused_name view[REFUSED_NAMES_MAX];
	_cleanup_free_ char *long_name = calloc(1, DESTINATION_NAME_SIZE + 1);
	struct refused_names names = {};
	char name[32];

	assert_int_equal(refused_names_view(&names, view), 0);
	refused_names_add(&names, "a.test", 2);
	refused_names_add(&names, "b.test", 1);
	refused_names_add(&names, "a.test", 3);
	assert_int_equal(refused_names_view(&names, view), 2);
	assert_string_equal(view[0].name, "a.test");
	assert_int_equal(view[0].questions, 5);
	assert_string_equal(view[1].name, "b.test");
	assert_int_equal(view[1].questions, 1);
	assert_non_null(long_name);
	memset(long_name, 'x', DESTINATION_NAME_SIZE);
	refused_names_add(&names, long_name, 1);
	assert_int_equal(refused_names_view(&names, view), 2);
	/* b.test is forgotten first, then a.test */
	for (int i = 0; i < REFUSED_NAMES_MAX - 1; i++) {
		snprintf(name, sizeof(name), "%d.test", i);
		refused_names_add(&names, name, 1);
	}
	assert_int_equal(refused_names_view(&names, view), REFUSED_NAMES_MAX);
	assert_string_equal(view[REFUSED_NAMES_MAX - 1].name, "a.test");
	refused_names_add(&names, "c.test", 1);
	assert_int_equal(refused_names_view(&names, view), REFUSED_NAMES_MAX);
	assert_string_equal(view[0].name, "c.test");
	assert_string_equal(view[REFUSED_NAMES_MAX - 1].name, "0.test");
	refused_names_clear(&names);
	assert_int_equal(refused_names_view(&names, view), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused_names_are_counted),
		cmocka_unit_test(test_names_of_a_list_are_sorted_and_joined),
		cmocka_unit_test(test_equal_lists_are_shared),
		cmocka_unit_test(test_list_without_names_has_none),
		cmocka_unit_test(test_list_covers_another_with_all_names_and_ports),
		cmocka_unit_test(test_too_many_services_overflow),
		cmocka_unit_test(test_only_public_addresses_are_outside),
		cmocka_unit_test(test_grants_are_added_and_end),
		cmocka_unit_test(test_list_counts_once_for_each_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
