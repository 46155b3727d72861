/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* reach-change.c: changes of lists. destination_matches(): which packets an entry is about. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base.h"
#include "daemon/keeper/policy/reach-change.h"

#define SIDE_MAX 4

/* Fills in a side from texts, which end with NULL. Returns the number of entries. */
static size_t fill(struct wire_destination *entries, const char *const texts[SIDE_MAX])
{
	size_t n = 0;

	for (; n < SIDE_MAX && texts[n]; n++)
		entries[n].text = texts[n];
	return n;
}

static void check_side(const struct wire_destination *entries, size_t n,
		       const char *const texts[SIDE_MAX], size_t row)
{
	for (size_t i = 0; i < n; i++)
		if (i == SIDE_MAX || !texts[i] || strcmp(entries[i].text, texts[i]) != 0)
			fail_msg("row %zu: %s", row, entries[i].text);
	assert_true(n == SIDE_MAX || !texts[n]);
}

struct lists {
	const char *allow[SIDE_MAX], *deny[SIDE_MAX];
};

static void test_change_of_a_list_is_applied(void **state _unused_)
{
	static const struct {
		struct lists old, add;
		const char *remove[SIDE_MAX];
		struct lists now;
		bool widens;
	} rows[] = {
		{{{"192.0.2.1"}, {NULL}},
		 {{"192.0.2.2"}, {NULL}},
		 {NULL},
		 {{"192.0.2.1", "192.0.2.2"}, {NULL}},
		 true},
		{{{"192.0.2.1"}, {NULL}},
		 {{"192.0.2.1/32"}, {NULL}},
		 {NULL},
		 {{"192.0.2.1"}, {NULL}},
		 false},
		{{{"mirror.test:443", "*.a.test"}, {NULL}},
		 {{"Mirror.TEST:443", "mirror.test"}, {NULL}},
		 {"*.A.test"},
		 {{"mirror.test:443", "mirror.test"}, {NULL}},
		 true},
		{{{"192.0.2.1", "@dns"}, {NULL}},
		 {{NULL}, {NULL}},
		 {"@dns"},
		 {{"192.0.2.1"}, {NULL}},
		 false},
		{{{"192.0.2.1", "@m"}, {NULL}},
		 {{NULL}, {NULL}},
		 {"192.0.2.1/32"},
		 {{"@m"}, {NULL}},
		 false},
		{{{"192.0.2.1"}, {NULL}}, {{NULL}, {NULL}}, {"192.0.2.1"}, {{NULL}, {NULL}}, false},
		{{{"::/0"}, {"2001:db8::1"}},
		 {{NULL}, {NULL}},
		 {"2001:db8:0::1/128"},
		 {{"::/0"}, {NULL}},
		 true},
		{{{"::/0"}, {NULL}},
		 {{NULL}, {"2001:db8::1"}},
		 {NULL},
		 {{"::/0"}, {"2001:db8::1"}},
		 false},
		/* what is removed from both sides, and added again to one */
		{{{"192.0.2.1"}, {"192.0.2.1"}},
		 {{"192.0.2.1"}, {NULL}},
		 {"192.0.2.1"},
		 {{"192.0.2.1"}, {NULL}},
		 true},
		/* another service is another entry */
		{{{"192.0.2.1:80"}, {NULL}},
		 {{"192.0.2.1:80/tcp", "192.0.2.1:80-80"}, {NULL}},
		 {NULL},
		 {{"192.0.2.1:80", "192.0.2.1:80/tcp"}, {NULL}},
		 true},
	};
	static struct wire_reach old, now;
	static struct wire_egress change;
	struct failure failure = {};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		old.n_allow = fill(old.allow, rows[i].old.allow);
		old.n_deny = fill(old.deny, rows[i].old.deny);
		change.add.n_allow = fill(change.add.allow, rows[i].add.allow);
		change.add.n_deny = fill(change.add.deny, rows[i].add.deny);
		change.n_remove = fill(change.remove, rows[i].remove);
		assert_int_equal(reach_change(&old, &change, &now, &failure), 0);
		assert_true(now.listed);
		check_side(now.allow, now.n_allow, rows[i].now.allow, i);
		check_side(now.deny, now.n_deny, rows[i].now.deny, i);
		if (reach_widens(&old, &now) != rows[i].widens)
			fail_msg("row %zu widens: %d", i, !rows[i].widens);
	}
}

static void test_wrong_change_is_refused_by_field(void **state _unused_)
{
	static struct wire_reach old = {.allow = {{"192.0.2.1"}}, .n_allow = 1}, now;
	static struct wire_egress change = {.remove = {{"192.0.2.1"}, {"192.0.2.0/24"}},
					    .n_remove = 2};
	static char texts[DESTINATION_TEXTS_MAX][16];
	struct failure failure = {};

	assert_int_equal(reach_change(&old, &change, &now, &failure), ERROR_INVALID_VALUE);
	assert_string_equal(failure.subject, "remove[1]");
	/* as many as there may be, and one more */
	change.n_remove = 0;
	change.add.n_allow = DESTINATION_TEXTS_MAX;
	for (size_t i = 0; i < DESTINATION_TEXTS_MAX; i++) {
		snprintf(texts[i], sizeof(texts[i]), "10.0.%zu.%zu", i / 256, i % 256);
		change.add.allow[i].text = texts[i];
	}
	assert_int_equal(reach_change(&old, &change, &now, &failure), ERROR_INVALID_VALUE);
	assert_string_equal(failure.subject, "allow");
	change.add.n_allow--;
	assert_int_equal(reach_change(&old, &change, &now, &failure), 0);
	assert_int_equal(now.n_allow, DESTINATION_TEXTS_MAX);
}

static void test_entry_matches_its_packets(void **state _unused_)
{
	static const struct {
		const char *entry, *address;
		uint8_t protocol;
		uint16_t port;
		bool matches;
	} rows[] = {
		{"192.0.2.1", "192.0.2.1", IPPROTO_TCP, 80, true},
		{"192.0.2.1", "192.0.2.1", IPPROTO_ICMP, 0, true},
		{"192.0.2.1", "192.0.2.2", IPPROTO_TCP, 80, false},
		{"192.0.2.0/24", "192.0.2.0", IPPROTO_UDP, 53, true},
		{"192.0.2.0/24", "192.0.2.255", IPPROTO_UDP, 53, true},
		{"192.0.2.0/24", "192.0.3.0", IPPROTO_UDP, 53, false},
		{"192.0.2.0/24", "192.0.1.255", IPPROTO_UDP, 53, false},
		{"0.0.0.0/0", "192.0.2.1", IPPROTO_UDP, 53, true},
		{"0.0.0.0/0", "2001:db8::1", IPPROTO_UDP, 53, false},
		{"::/0", "2001:db8::1", IPPROTO_ICMPV6, 0, true},
		{"::/0", "192.0.2.1", IPPROTO_TCP, 80, false},
		/* the bytes of 192.0.2.1 begin this IPv6 address */
		{"192.0.2.1", "c000:201::", IPPROTO_TCP, 80, false},
		{"192.0.2.1/tcp", "192.0.2.1", IPPROTO_TCP, 80, true},
		{"192.0.2.1/tcp", "192.0.2.1", IPPROTO_UDP, 80, false},
		{"192.0.2.1:80", "192.0.2.1", IPPROTO_TCP, 80, true},
		{"192.0.2.1:80", "192.0.2.1", IPPROTO_UDP, 80, true},
		{"192.0.2.1:80", "192.0.2.1", IPPROTO_SCTP, 80, false},
		{"192.0.2.1:80", "192.0.2.1", IPPROTO_ICMP, 0, false},
		{"192.0.2.1:80-90/udp", "192.0.2.1", IPPROTO_UDP, 90, true},
		{"192.0.2.1:80-90/udp", "192.0.2.1", IPPROTO_UDP, 79, false},
		{"192.0.2.1:80-90/udp", "192.0.2.1", IPPROTO_UDP, 91, false},
		{"192.0.2.1:80-90/udp", "192.0.2.1", IPPROTO_TCP, 85, false},
		{"[2001:db8::/32]:443", "2001:db8:ffff:ffff::1", IPPROTO_TCP, 443, true},
		{"[2001:db8::/32]:443", "2001:db9::1", IPPROTO_TCP, 443, false},
		{"@dns", "192.0.2.1", IPPROTO_UDP, 53, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int family = strchr(rows[i].address, ':') ? AF_INET6 : AF_INET;
		struct destination entry;
		uint8_t address[16] = {};

		assert_null(destination_read(rows[i].entry, &entry));
		assert_int_equal(inet_pton(family, rows[i].address, address), 1);
		if (destination_matches(&entry, family, address, rows[i].protocol, rows[i].port) !=
		    rows[i].matches)
			fail_msg("%s, %s %u %u", rows[i].entry, rows[i].address, rows[i].protocol,
				 rows[i].port);
	}
}

static void test_entries_are_read_from_lines(void **state _unused_)
{
	struct destination entries[3];

	assert_int_equal(destination_read_lines(NULL, entries, 3), 0);
	assert_int_equal(destination_read_lines("192.0.2.1\n@dns\nwrong\n[::1]:80\n", entries, 3),
			 2);
	assert_int_equal(entries[0].family, AF_INET);
	assert_int_equal(entries[1].family, AF_INET6);
	assert_int_equal(destination_read_lines("192.0.2.1\n192.0.2.2", entries, 1), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_change_of_a_list_is_applied),
		cmocka_unit_test(test_wrong_change_is_refused_by_field),
		cmocka_unit_test(test_entry_matches_its_packets),
		cmocka_unit_test(test_entries_are_read_from_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
