/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* egress-learned.c: the entries that a list would have needed, from destinations and names. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include "daemon/keeper/network/egress-learned.h"
#include "daemon/keeper/policy/config.h"

static struct wire_learned_list told;
static struct set set = {.owner = 7};
static struct config *config;
static struct keeper keeper;

static int set_up(void **state _unused_)
{
	static char text[] = "";
	FILE *file = fmemopen(text, 1, "r");
	char *message = NULL;

	assert_non_null(file);
	assert_int_equal(config_parse(file, "FILE", &config, &message), 0);
	fclose(file);
	keeper.config = config;
	return egress_learned_begin(&set);
}

static int tear_down(void **state _unused_)
{
	egress_learned_forget(&set);
	assert_null(set.egress.learned);
	config_free(config);
	return 0;
}

static void reach(const char *address, uint8_t protocol, uint16_t port)
{
	static struct task_refusals refusals;
	struct task_refusal *item = &refusals.items[0];

	refusals.n = 1;
	*item = (struct task_refusal){.family = strchr(address, ':') ? AF_INET6 : AF_INET,
				      .protocol = protocol,
				      .port = port};
	assert_int_equal(inet_pton(item->family, address, item->address), 1);
	egress_learned_add(&set, &refusals);
}

static void lead(const char *name, const char *address)
{
	static struct wire_resolver_allow allow;

	allow.name = name;
	allow.n_addresses = 1;
	allow.addresses[0].address = address;
	egress_learned_note(&set, &allow);
}

/* Checks what is told now: entries, up to NULL. */
static void check(const char *const *entries)
{
	size_t n = 0;

	egress_learned_tell(&keeper, &set, &told);
	for (; entries[n]; n++) {
		assert_true(n < told.n_learned);
		assert_string_equal(told.learned[n].entry, entries[n]);
	}
	assert_int_equal(told.n_learned, n);
}
#define CHECK(...) check((const char *const[]){__VA_ARGS__, NULL})
#define CHECK_NOTHING() check((const char *const[]){NULL})

/* Each destination is told once, in the form of an entry. */
static void test_each_destination_is_told_once(void **state _unused_)
{
	CHECK_NOTHING();
	reach("198.51.100.1", IPPROTO_TCP, 443);
	reach("2001:db8::1", IPPROTO_UDP, 53);
	reach("198.51.100.1", IPPROTO_TCP, 443);
	reach("198.51.100.1", IPPROTO_ICMP, 0);
	CHECK("198.51.100.1:443/tcp", "[2001:db8::1]:53/udp", "198.51.100.1");
	assert_string_equal(told.learned[0].protocol, "tcp");
	assert_string_equal(told.learned[2].protocol, "icmp");
	assert_null(told.learned[0].name);
	CHECK_NOTHING();
	reach("198.51.100.1", IPPROTO_TCP, 80);
	CHECK("198.51.100.1:80/tcp");
	assert_false(told.full || told.more);
}

/* A destination is told by each name that has led to it, also by one that comes later. */
static void test_destination_is_told_by_each_of_its_names(void **state _unused_)
{
	lead("a.test", "192.0.2.1");
	lead("a.test", "192.0.2.1");
	lead("b.test", "192.0.2.1");
	lead("c.test", "192.0.2.2");
	/* a list cannot have these */
	lead("with space\\032.test", "192.0.2.1");
	lead("10.0.0.1", "192.0.2.1");
	lead("@dns", "192.0.2.1");
	lead("*.test", "192.0.2.1");
	lead("a.test:80", "192.0.2.1");
	lead("", "192.0.2.1");
	reach("192.0.2.1", IPPROTO_TCP, 443);
	CHECK("a.test:443/tcp", "b.test:443/tcp");
	assert_string_equal(told.learned[0].address, "192.0.2.1");
	assert_string_equal(told.learned[0].name, "a.test");
	lead("d.test", "192.0.2.1");
	CHECK("d.test:443/tcp");
	CHECK_NOTHING();
}

/* A name cannot lead to a private address in a list. */
static void test_private_address_is_listed_by_itself(void **state _unused_)
{
	lead("intern.test", "10.0.0.1");
	reach("10.0.0.1", IPPROTO_TCP, 443);
	CHECK("10.0.0.1:443/tcp");
	assert_string_equal(told.learned[0].name, "intern.test");
	CHECK_NOTHING();
}

/* Destinations that do not fit into an answer are in the next one. If some could not be
 * remembered, the answer says so. */
static void test_bounds_of_answers_and_memory_hold(void **state _unused_)
{
	char name[32];
	size_t n = 0;

	for (uint16_t port = 1; port <= 512; port++)
		reach("192.0.2.1", IPPROTO_TCP, port);
	do {
		egress_learned_tell(&keeper, &set, &told);
		assert_true(told.n_learned > 0 && told.n_learned <= LEARNED_MAX);
		assert_false(told.full);
		n += told.n_learned;
	} while (told.more);
	assert_int_equal(n, 512);
	reach("192.0.2.1", IPPROTO_TCP, 513);
	CHECK_NOTHING();
	assert_true(told.full);
	for (int i = 0; i < 600; i++) {
		snprintf(name, sizeof(name), "n%d.test", i);
		lead(name, "192.0.2.2");
	}
	CHECK_NOTHING();
}

/* The sets of a user share what is remembered of names. */
static void test_sets_of_a_user_share_the_memory_of_names(void **state _unused_)
{
	static struct set sets[9];
	static struct wire_resolver_allow allow;
	char name[32];

	allow.n_addresses = 1;
	allow.addresses[0].address = "192.0.2.1";
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		/* the last one is another user's */
		sets[i].owner = i < 8 ? 7 : 8;
		assert_int_equal(egress_learned_begin(&sets[i]), 0);
		for (int j = 0; j < 512; j++) {
			snprintf(name, sizeof(name), "n%d.test", j);
			allow.name = name;
			egress_learned_note(&sets[i], &allow);
		}
		egress_learned_tell(&keeper, &sets[i], &told);
		assert_false(told.full);
	}
	lead("a.test", "192.0.2.1");
	egress_learned_tell(&keeper, &set, &told);
	assert_true(told.full);
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		egress_learned_forget(&sets[i]);
}

/* A user may learn a bounded number of lists at a time, however many sets the user has. */
static void test_user_learns_a_bounded_number_of_lists(void **state _unused_)
{
	static struct set sets[LEARNED_LISTS_MAX + 1];
	const size_t n = ARRAY_SIZE(sets) - 1;

	/* the last one is another user's; one more is set's */
	for (size_t i = 0; i <= n; i++) {
		sets[i].owner = i < n ? 7 : 8;
		assert_int_equal(egress_learned_begin(&sets[i]), i == n - 1 ? -EUSERS : 0);
	}
	egress_learned_forget(&sets[0]);
	assert_int_equal(egress_learned_begin(&sets[n - 1]), 0);
	for (size_t i = 0; i <= n; i++)
		egress_learned_forget(&sets[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_destination_is_told_once, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_destination_is_told_by_each_of_its_names,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_private_address_is_listed_by_itself, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_bounds_of_answers_and_memory_hold, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_sets_of_a_user_share_the_memory_of_names,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_user_learns_a_bounded_number_of_lists, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
