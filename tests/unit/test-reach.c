/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* destination.c, reach.c, config-lists.c and authz_egress(): what lists of destinations may say,
 * what they mean, and who may have them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <string.h>

#include "base.h"
#include "daemon/keeper/policy/authz.h"
#include "daemon/keeper/policy/reach.h"

#define ALICE 1001
#define BOB 1002

/* --- entries --- */

static void test_entries_are_checked(void **state _unused_)
{
	static const struct {
		const char *text, *wrong; /* NULL: it is right */
	} rows[] = {
		{"192.0.2.1", NULL},
		{"192.0.2.0/24", NULL},
		{"0.0.0.0/0", NULL},
		{"::/0", NULL},
		{"192.0.2.1:443", NULL},
		{"192.0.2.0/24:80-90/tcp", NULL},
		{"192.0.2.1/udp", NULL},
		{"2001:db8::1", NULL},
		{"2001:db8::/32", NULL},
		{"2001:db8::1/tcp", NULL},
		{"[2001:db8::/32]:443", NULL},
		{"[2001:db8::1]:1-65535/udp", NULL},
		{"[2001:db8::1]", NULL},
		{"@dns", NULL},
		{"@mirrors_2-b", NULL},
		{"", "ADDRESS"},
		{"mirror.example", NULL},
		{"Mirror.Example.:443/tcp", NULL},
		{"*.mirror.example/udp", NULL},
		{"mirror.example:80-90", "range of ports"},
		{"mirror.example/24", "ADDRESS"},
		{"b\xc3\xbc"
		 "cher.example",
		 "xn--"},
		{"xn--bcher-kva.example", NULL},
		{"*", "0.0.0.0/0"},
		{"*.", "0.0.0.0/0"},
		{"*..", "label"},
		{"a..b", "label"},
		{"-a.b", "label"},
		{"a.*.b", "label"},
		{"a*.b", "first labels"},
		{"a b", "name of a host"},
		{"192.0.2.1/24", "after its prefix"},
		{"192.0.2.0/33", "32 bits"},
		{"2001:db8::/129", "128 bits"},
		{"192.0.2.1:0", "1 to 65535"},
		{"192.0.2.1:65536", "1 to 65535"},
		{"192.0.2.1:000080", "1 to 65535"},
		{"192.0.2.1:", "1 to 65535"},
		{"192.0.2.1:90-80", "go up"},
		{"192.0.2.1:80-", "go up"},
		{"192.0.2.1:80/sctp", "ADDRESS"},
		{"192.0.2.1 ", "ADDRESS"},
		{"192.0.2.1:80 ", "ADDRESS"},
		{"192.0.2", "ADDRESS"},
		{"[192.0.2.1]:80", "ADDRESS"},
		{"[2001:db8::1:443", "ADDRESS"},
		{"[2001:db8::1/32", "after its prefix"},
		{"@", "name of a list"},
		{"@a.b", "name of a list"},
		{"@list:443", "name of a list"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct destination entry;
		const char *wrong = destination_read(rows[i].text, &entry);

		if (!rows[i].wrong && wrong)
			fail_msg("%s: %s", rows[i].text, wrong);
		if (rows[i].wrong && (!wrong || !strstr(wrong, rows[i].wrong)))
			fail_msg("%s: %s", rows[i].text, wrong ? wrong : "is taken");
	}
}

static void test_entry_becomes_a_range(void **state _unused_)
{
	struct destination entry;
	uint8_t last[16];

	assert_null(destination_read("[2001:db8::/33]:80-90", &entry));
	inet_pton(AF_INET6, "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff", last);
	assert_memory_equal(entry.last, last, 16);
	assert_int_equal(entry.family, AF_INET6);
	assert_true(entry.service.has_ports);
	assert_int_equal(entry.service.first, 80);
	assert_int_equal(entry.service.last, 90);
	assert_int_equal(entry.service.protocol, 0);
}

/* --- lists --- */

/* Reads a configuration, or returns NULL with *ret_message. */
static struct config *read_config(const char *text, char **ret_message)
{
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	struct config *config = NULL;

	assert_non_null(file);
	(void)config_parse(file, "FILE", &config, ret_message);
	fclose(file);
	return config;
}

static void test_lists_of_the_configuration_are_checked(void **state _unused_)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{"[lists]\nm = 192.0.2.1 198.51.100.0/24:443\nm = @dns\n", NULL},
		{"[lists]\nm = 192.0.2.1\n[allow]\negress = 1001:m root\n", NULL},
		{"[allow]\negress = 1001:m\n[lists]\nm = 192.0.2.1\n", NULL},
		{"[allow]\negress = 1001:m\n",
		 "FILE:2: allow.egress: there is no list m in [lists], or it is empty"},
		{"[lists]\n\nm =,\n", "FILE:3: lists.m: the list is empty"},
		{"[allow]\negress = nobody-such:m\n",
		 "FILE:2: allow.egress: nobody-such:m: there is no such user"},
		{"[allow]\negress = @nobody-such:m\n",
		 "FILE:2: allow.egress: @nobody-such:m: there is no such group"},
		{"[allow]\negress = nobody-such\n",
		 "FILE:2: allow.egress: there is no user nobody-such"},
		{"[lists]\ndns = 192.0.2.1\n", "FILE:2: lists.dns: dns: is no name of a list"},
		{"[lists]\na.b = 192.0.2.1\n", "FILE:2: lists.a.b: a.b: is no name of a list"},
		{"[lists]\nm = 192.0.2.1 192.0.2.1/24\n",
		 "FILE:2: lists.m: 192.0.2.1/24: has bits"},
		{"[lists]\nm = @other\n", "FILE:2: lists.m: @other: is another list"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *message = NULL;
		struct config *config = read_config(rows[i].text, &message);

		if (!rows[i].message != !!config)
			fail_msg("%s: %s", rows[i].text, message ? message : "is taken");
		if (message && !strstr(message, rows[i].message))
			fail_msg("%s: %s", rows[i].text, message);
		config_free(config);
		free(message);
	}
}

static void test_words_are_resolved_to_addresses(void **state _unused_)
{
	static const struct wire_address own[] = {{"192.0.2.53"}, {"2001:db8::53"}};
	static const struct wire_address host[] = {{"192.0.2.54"}};
	static const struct reach_servers none,
		servers = {own, host, ARRAY_SIZE(own), ARRAY_SIZE(host)};
	static const struct wire_destination entries[] = {
		{"@m"}, {"@gone"}, {"203.0.113.9"}, {"@dns"}};
	char buffer[256], *message = NULL;
	struct config *config =
		read_config("[lists]\nm = 198.51.100.1 198.51.100.2:80 @dns\n", &message);
	struct reach_lines lines = {.buffer = buffer, .size = sizeof(buffer)};

	assert_non_null(config);
	assert_string_equal(reach_resolve(config, entries, ARRAY_SIZE(entries), &servers, &lines),
			    "198.51.100.1\n198.51.100.2:80\n192.0.2.54:53\n203.0.113.9\n192.0.2.53:"
			    "53\n[2001:db8::53]:53\n");
	assert_string_equal(lines.missing, "@gone");
	/* a second text follows the first one, until there is no room */
	assert_string_equal(reach_resolve(config, entries + 2, 1, &none, &lines), "203.0.113.9\n");
	assert_null(lines.missing);
	assert_null(reach_resolve(config, entries + 1, 1, &none, &lines));
	assert_false(lines.overflow);
	lines = (struct reach_lines){.buffer = buffer, .size = 20};
	reach_resolve(config, entries, ARRAY_SIZE(entries), &none, &lines);
	assert_true(lines.overflow);
	config_free(config);
}

static void test_list_is_checked_by_field(void **state _unused_)
{
	static struct wire_reach reach;
	char *message = NULL, services[17][32];
	struct config *config = read_config("[lists]\nm = 198.51.100.1\n", &message);
	struct failure failure = {};
	bool egress = false;

	assert_non_null(config);
	assert_int_equal(reach_check(config, &reach, &egress, "spec.", &failure), 0);
	assert_false(egress);
	reach.listed = true;
	assert_int_equal(reach_check(config, &reach, &egress, "spec.", &failure), 0);
	assert_true(egress);
	reach = (struct wire_reach){.deny = {{"192.0.2.1"}}, .n_deny = 1};
	assert_int_equal(reach_check(config, &reach, &egress, "spec.", &failure),
			 ERROR_INVALID_VALUE);
	assert_string_equal(failure.subject, "spec.deny");
	reach = (struct wire_reach){.listed = true, .allow = {{"@m"}, {"@other"}}, .n_allow = 2};
	assert_int_equal(reach_check(config, &reach, &egress, "", &failure), ERROR_INVALID_VALUE);
	assert_string_equal(failure.subject, "allow[1]");
	assert_non_null(strstr(failure.text, "[lists]"));
	/* one address, and too many services */
	reach.n_allow = 17;
	for (size_t i = 0; i < reach.n_allow; i++) {
		snprintf(services[i], sizeof(services[i]), "192.0.2.1:%zu", i + 1);
		reach.allow[i].text = services[i];
	}
	assert_int_equal(reach_check(config, &reach, &egress, "", &failure), ERROR_INVALID_VALUE);
	assert_non_null(strstr(failure.text, "16 services"));
	reach.n_allow = 16;
	assert_int_equal(reach_check(config, &reach, &egress, "", &failure), 0);
	/* entries that are too long together */
	reach.n_allow = DESTINATION_TEXTS_MAX;
	for (size_t i = 0; i < reach.n_allow; i++)
		reach.allow[i].text = "[2001:0db8:0000:0000:0000:0000:0000:0001]:443/tcp";
	assert_int_equal(reach_check(config, &reach, &egress, "", &failure), ERROR_INVALID_VALUE);
	assert_non_null(strstr(failure.text, "32 KiB"));
	config_free(config);
}

/* --- rights --- */

static void test_list_needs_the_right_to_egress(void **state _unused_)
{
	static const struct {
		uint32_t uid, allowed;
		const char *first, *second; /* what is allowed; NULL: no list */
		bool may;
	} rows[] = {
		{ALICE, ALLOW_EGRESS, NULL, NULL, true},
		{ALICE, ALLOW_EGRESS, "192.0.2.1", NULL, true},
		{BOB, 0, "@m", NULL, true},
		{BOB, 0, "@m", "@m", true},
		{BOB, 0, NULL, NULL, false},
		{BOB, 0, "@m", "192.0.2.1", false},
		{BOB, 0, "192.0.2.1", NULL, false},
		{BOB, 0, "@m", "@secret", false},
		{BOB, 0, "@m", "@dns", false},
		{ALICE, 0, "@m", NULL, false},
	};
	char *message = NULL;
	struct config *config = read_config("[lists]\nm = 198.51.100.1\nsecret = 198.51.100.2\n"
					    "[allow]\negress = 1002:m\n",
					    &message);

	assert_non_null(config);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		static struct wire_reach reach;
		struct authz_subject subject = {.uid = rows[i].uid, .allowed = rows[i].allowed};
		const struct authz_lists lists = {
			.config = config, .uid = rows[i].uid, .gid = rows[i].uid};
		struct failure failure = {};
		int r;

		reach = (struct wire_reach){.listed = rows[i].first,
					    .allow = {{rows[i].first}, {rows[i].second}}};
		reach.n_allow = rows[i].second ? 2 : rows[i].first ? 1 : 0;
		r = authz_egress(&subject, &lists, &reach, &failure);
		if ((r == 0) != rows[i].may)
			fail_msg("row %zu: %d", i, r);
		/* those who may have lists are told which */
		assert_true(rows[i].may || rows[i].uid != BOB || strstr(failure.text, " @m"));
	}
	config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries_are_checked),
		cmocka_unit_test(test_entry_becomes_a_range),
		cmocka_unit_test(test_lists_of_the_configuration_are_checked),
		cmocka_unit_test(test_words_are_resolved_to_addresses),
		cmocka_unit_test(test_list_is_checked_by_field),
		cmocka_unit_test(test_list_needs_the_right_to_egress),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
