/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * subid.c and idmap.c: which ids a caller has, by the lines of /etc/subuid and /etc/subgid, and
 * which maps it is given for them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "daemon/keeper/policy/idmap.h"
#include "daemon/keeper/policy/subid.h"

#define ALICE 1000
#define STAFF 500

/* --- lines --- */

static void test_lines_give_ranges_to_their_user(void **state _unused_)
{
	/* the ranges of uid 1000, called alice: "FIRST+COUNT FIRST+COUNT" */
	static const char *const rows[][2] = {
		{"", ""},
		{"\n\n", ""},
		{"alice:100000:65536\n", "100000+65536"},
		{"alice:100000:65536", "100000+65536"},
		{"1000:100000:65536\n", "100000+65536"},
		{"bob:1:1\nalice:2:1\n1000:3:2\n1001:9:9\n", "2+1 3+2"},
		{"alice:4294967294:1\n", "4294967294+1"},
		/* others */
		{"alic:5:5\nalice2:5:5\nAlice:5:5\n:5:5\n", ""},
		{"100:5:5\n10000:5:5\n01001:5:5\n", ""},
		/* a malformed line gives nothing, and does not hide the next */
		{"alice\nalice:5\nalice:5:5:5\nalice:5:5:\nalice:7:1\n", "7+1"},
		{"alice:-5:5\nalice:+5:5\nalice: 5:5\nalice:5 :5\nalice:5:5 \n", ""},
		{"alice:0x5:5\nalice:5:5k\nalice:five:5\nalice::5\nalice:5:\n", ""},
		{"#alice:5:5\n alice:5:5\nalice :5:5\n", ""},
		{"alice:5:5\r\n", ""},
		/* beyond the ids that there are */
		{"alice:4294967295:1\nalice:4294967294:2\nalice:1:4294967295\n", ""},
		{"alice:4294967296:1\nalice:5:4294967296\nalice:18446744073709551621:5\n", ""},
		{"alice:5:0\n", ""},
		/* root's id is never given */
		{"alice:0:65536\nalice:0:1\n", ""},
		/* one id, one line */
		{"alice:100:10\nalice:109:5\nalice:95:6\nalice:100:10\nalice:110:5\n",
		 "100+10 110+5"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct subid_ranges found;
		char text[256] = "";

		subid_parse(rows[i][0], strlen(rows[i][0]), ALICE, "alice", &found);
		for (size_t j = 0; j < found.n; j++)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%u+%u",
				 j ? " " : "", found.ranges[j].first, found.ranges[j].count);
		if (strcmp(text, rows[i][1]) != 0)
			fail_msg("row %zu: %s", i, text);
	}
}

static void test_lines_without_a_name_are_ignored(void **state _unused_)
{
	static const char text[] = "alice:5:5\n:6:6\n1000:7:7\n";
	struct subid_ranges found;

	subid_parse(text, strlen(text), ALICE, NULL, &found);
	assert_int_equal(found.n, 1);
	assert_int_equal(found.ranges[0].first, 7);
	/* a name that is a number is a number */
	subid_parse("1001:5:5\n", 9, ALICE, "1001", &found);
	assert_int_equal(found.n, 0);
}

static void test_number_of_ranges_is_bounded(void **state _unused_)
{
	static char text[64 * 32];
	struct subid_ranges found;

	for (int i = 0; i < 64; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "1000:%d:1\n", i + 1);
	subid_parse(text, strlen(text), ALICE, NULL, &found);
	assert_int_equal(found.n, SUBID_RANGES_MAX);
}

static void test_user_is_named_by_its_passwd_line(void **state _unused_)
{
	static const struct {
		const char *text, *name;
	} rows[] = {
		{"", NULL},
		{"root:x:0:0:::\nalice:x:1000:500:,,,:/home/alice:/bin/sh\n", "alice"},
		{"alice:x:1000", "alice"},
		{"a:x:1000:1:::\nb:x:1000:1:::\n", "a"},
		{"alice:x:10000:1:::\nalice:x:-1000:1:::\nalice:x: 1000:1:::\n", NULL},
		{"alice\nalice:x\n:x:1000:1:::\n", NULL},
		{"1001:x:1000:1:::\n", NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char name[SUBID_NAME_SIZE] = "";
		bool found = subid_find_name(rows[i].text, strlen(rows[i].text), ALICE, name);

		if (found != (rows[i].name != NULL) || strcmp(name, found ? rows[i].name : "") != 0)
			fail_msg("row %zu: %s", i, name);
	}
}

/* --- files --- */

static void write_file(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

static void test_files_are_read_if_root_alone_can_write_them(void **state _unused_)
{
	char directory[] = "/tmp/test-idmap.XXXXXX", users[64], groups[64];
	struct subid found = {.users.n = 99};

	assert_non_null(mkdtemp(directory));
	snprintf(users, sizeof(users), "%s/subuid", directory);
	snprintf(groups, sizeof(groups), "%s/subgid", directory);
	/* without a file there are no ranges */
	assert_int_equal(subid_read(users, groups, ALICE, &found), 0);
	assert_true(found.users.n == 0 && found.groups.n == 0);
	write_file(users, "1000:100000:10\n", 0644);
	write_file(groups, "1000:200000:20\n", 0600);
	if (getuid() == 0) {
		assert_int_equal(subid_read(users, groups, ALICE, &found), 0);
		assert_int_equal(found.users.ranges[0].first, 100000);
		assert_int_equal(found.groups.ranges[0].count, 20);
		assert_int_equal(chown(users, 1, 0), 0);
	}
	/* a file that is not root's, or that others than root can write to */
	assert_int_equal(subid_read(users, groups, ALICE, &found), -EPERM);
	if (getuid() == 0)
		assert_int_equal(chown(users, 0, 0), 0);
	assert_int_equal(chmod(users, 0664), 0);
	assert_int_equal(subid_read(users, groups, ALICE, &found), -EPERM);
	assert_int_equal(unlink(users), 0);
	assert_int_equal(mkfifo(users, 0600), 0);
	assert_int_equal(subid_read(users, groups, ALICE, &found), -EPERM);
	unlink(users);
	unlink(groups);
	rmdir(directory);
}

/* --- the user behind an id --- */

#define ACCOUNTS "root:x:0:0::/:\nalice:x:1000:1000::/:\nbob:x:1001:1001::/:\nold:x:70000:1::/:\n"

static void check_owner(const struct subid_owners *owners, uid_t uid, uid_t expected)
{
	uid_t found = 99;

	assert_int_equal(subid_owners_find(owners, uid, &found), expected != 0);
	if (expected)
		assert_int_equal(found, expected);
}

static void test_owner_of_a_subordinate_id_is_found(void **state _unused_)
{
	/* any order; by name and by number; without an account; ids of accounts; no lines at all */
	static const char text[] =
		"bob:300000:10\nalice:100000:65536\n1001:400000:1\ncarol:500000:9\n"
		"alice:69990:20\nbob:0:5\nalice:x:1\nalice:600000\n1002:700000:5";
	struct subid_owners owners = {};

	check_owner(&owners, 100000, 0);
	assert_int_equal(
		subid_owners_parse(text, strlen(text), ACCOUNTS, strlen(ACCOUNTS), &owners), 0);
	check_owner(&owners, 99999, 0);
	check_owner(&owners, 100000, 1000);
	check_owner(&owners, 165535, 1000);
	check_owner(&owners, 165536, 0);
	check_owner(&owners, 300009, 1001);
	check_owner(&owners, 300010, 0);
	check_owner(&owners, 400000, 1001);
	check_owner(&owners, 500000, 0);
	check_owner(&owners, 600000, 0);
	check_owner(&owners, 700004, 1002);
	check_owner(&owners, UINT32_MAX, 0);
	/* an id with an account stands for itself */
	check_owner(&owners, 70000, 0);
	check_owner(&owners, 69995, 0);
	check_owner(&owners, 0, 0);
	subid_owners_done(&owners);
	check_owner(&owners, 100000, 0);
}

/* --- maps --- */

static const struct idmap_rights alice = {
	.uid = ALICE,
	.gid = STAFF,
	.subid.users = {.ranges = {{100000, 1000}, {300000, 10}}, .n = 2},
	.subid.groups = {.ranges = {{200000, 1000}}, .n = 1},
	.reserved_uids = {61182, 61183},
	.reserved_gids = {61182, 61183},
};

/* "INSIDE:OUTSIDE:COUNT ..." and back. */
static struct wire_map read_map(const char *text)
{
	struct wire_map map = {};
	int n = 0;

	for (const char *at = text; *at; at += n + strspn(at + n, " ")) {
		struct wire_range *range = &map.ranges[map.n_ranges++];

		assert_int_equal(sscanf(at, "%u:%u:%u%n", &range->inside, &range->outside,
					&range->count, &n),
				 3);
	}
	return map;
}

static const char *write_map(const struct wire_map *map)
{
	static char text[MAP_RANGES_MAX * 36];

	*text = '\0';
	for (size_t i = 0; i < map->n_ranges; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%u:%u:%u",
			 i ? " " : "", map->ranges[i].inside, map->ranges[i].outside,
			 map->ranges[i].count);
	return text;
}

/* Rows of custom: users and groups as asked for, and the field that is refused, or NULL. */
static const struct {
	const char *users, *groups, *field;
} customs[] = {
	{"0:1000:1", "0:500:1", NULL},
	{"1000:1000:1", "", NULL},
	{"", "7:500:1", NULL},
	{"0:100000:1000", "0:200000:1000", NULL},
	{"0:100500:500 500:100000:500 9000:1000:1 10000:300009:1", "", NULL},
	{"0:100999:1", "", NULL},
	{"4294967294:100000:1", "", NULL},
	/* ids of another user, of root, and without an owner */
	{"0:0:1", "", "spec.uidMap"},
	{"0:1001:1", "", "spec.uidMap"},
	{"0:1000:2", "", "spec.uidMap"},
	{"0:999:2", "", "spec.uidMap"},
	{"", "0:0:1", "spec.gidMap"},
	{"", "0:501:1", "spec.gidMap"},
	/* a group's range is no user's, nor the other way round */
	{"0:200000:1", "", "spec.uidMap"},
	{"", "0:100000:1", "spec.gidMap"},
	{"0:500:1", "", "spec.uidMap"},
	/* over an edge */
	{"0:99999:1", "", "spec.uidMap"},
	{"0:99999:1000", "", "spec.uidMap"},
	{"0:100001:1000", "", "spec.uidMap"},
	{"0:101000:1", "", "spec.uidMap"},
	{"0:100000:4294967295", "", "spec.uidMap[0]"},
	{"0:4294967295:1", "", "spec.uidMap[0]"},
	{"4294967295:100000:1", "", "spec.uidMap[0]"},
	{"4294967294:100000:2", "", "spec.uidMap[0]"},
	{"0:100000:0", "", "spec.uidMap[0]"},
	/* twice the same, inside or outside */
	{"0:1000:1 0:100000:1", "", "spec.uidMap[1]"},
	{"0:100000:10 10:100009:1", "", "spec.uidMap[1]"},
	{"0:100000:10 9:100010:1", "", "spec.uidMap[1]"},
	{"0:1000:1 1:100000:1 2:100000:1", "0:500:1", "spec.uidMap[2]"},
	{"0:1000:1", "0:500:1 1:500:1", "spec.gidMap[1]"},
};

static void test_custom_maps_are_checked(void **state _unused_)
{
	for (size_t i = 0; i < ARRAY_SIZE(customs); i++) {
		struct wire_spec spec = {.mapping = MAPPING_CUSTOM,
					 .uid_map = read_map(customs[i].users),
					 .gid_map = read_map(customs[i].groups)};
		struct failure failure = {};
		int r = idmap_complete(&spec, &alice, &failure);

		if (r != (customs[i].field ? ERROR_INVALID_VALUE : 0) ||
		    (r && strcmp(failure.subject, customs[i].field) != 0))
			fail_msg("row %zu: %d %s: %s", i, r, failure.subject, failure.text);
		if (r)
			continue;
		assert_string_equal(write_map(&spec.uid_map),
				    *customs[i].users ? customs[i].users : "0:1000:1");
		assert_string_equal(write_map(&spec.gid_map),
				    *customs[i].groups ? customs[i].groups : "0:500:1");
	}
}

static void test_automatic_map_has_all_ranges(void **state _unused_)
{
	struct wire_spec spec = {.mapping = MAPPING_AUTO, .uid_map = read_map("0:0:1")};
	struct idmap_rights rights = alice;
	struct failure failure = {};

	assert_int_equal(idmap_complete(&spec, &alice, &failure), 0);
	assert_string_equal(write_map(&spec.uid_map), "0:1000:1 1:100000:1000 1001:300000:10");
	assert_string_equal(write_map(&spec.gid_map), "0:500:1 1:200000:1000");
	/* the kept maps give the same result again */
	assert_int_equal(idmap_complete(&spec, &alice, &failure), 0);
	assert_string_equal(write_map(&spec.gid_map), "0:500:1 1:200000:1000");
	rights.subid.groups.n = 0;
	assert_int_equal(idmap_complete(&spec, &rights, &failure), ERROR_INVALID_VALUE);
	assert_string_equal(failure.subject, "spec.userMapping");
	assert_non_null(strstr(failure.text, "/etc/subgid"));
	rights.subid.users.n = 0;
	assert_int_equal(idmap_complete(&spec, &rights, &failure), ERROR_INVALID_VALUE);
	assert_non_null(strstr(failure.text, "/etc/subuid"));
	/* its own id among them would be there twice */
	rights = alice;
	rights.subid.users.ranges[1] = (struct subid_range){999, 2};
	assert_int_equal(idmap_complete(&spec, &rights, &failure), ERROR_INVALID_VALUE);
	assert_string_equal(failure.subject, "spec.uidMap[2]");
}

/* No line in /etc/subuid gives power over the daemon's own accounts. */
static void test_accounts_of_the_daemon_are_never_mapped(void **state _unused_)
{
	struct idmap_rights rights = alice;
	struct failure failure = {};

	for (int i = 0; i < 2; i++) {
		struct wire_spec spec = {.mapping = MAPPING_AUTO};

		rights.subid.users.ranges[0] = (struct subid_range){61182 + i, 1};
		assert_int_equal(idmap_complete(&spec, &rights, &failure), ERROR_INVALID_VALUE);
		assert_string_equal(failure.subject, "spec.uidMap[1]");
	}
	rights = alice;
	rights.uid = 0;
	for (uint32_t first = 61180; first < 61185; first++) {
		struct wire_spec spec = {.mapping = MAPPING_CUSTOM,
					 .gid_map = {.ranges = {{0, first, 2}}, .n_ranges = 1}};
		bool bad = first >= 61181 && first <= 61183;

		assert_int_equal(idmap_complete(&spec, &rights, &failure),
				 bad ? ERROR_INVALID_VALUE : 0);
	}
}

static void test_root_may_map_all_ids(void **state _unused_)
{
	static const struct idmap_rights root = {.uid = 0,
						 .gid = 0,
						 .reserved_uids = {61182, 61183},
						 .reserved_gids = {61182, 61183}};
	struct wire_spec spec = {.mapping = MAPPING_CUSTOM,
				 .uid_map = read_map("0:500000:65536 70000:0:1")};
	struct failure failure = {};

	assert_int_equal(idmap_complete(&spec, &root, &failure), 0);
}

static void test_other_mappings_have_one_id(void **state _unused_)
{
	for (uint32_t mapping = MAPPING_NONE; mapping <= MAPPING_CURRENT; mapping++) {
		struct wire_spec spec = {.mapping = mapping};
		struct failure failure = {};
		struct idmap maps;

		assert_int_equal(idmap_complete(&spec, &alice, &failure), 0);
		assert_true(spec.uid_map.n_ranges == 0 && spec.gid_map.n_ranges == 0);
		idmap_of(mapping, ALICE, STAFF, NULL, &maps);
		assert_string_equal(write_map(&maps.users),
				    mapping == MAPPING_CURRENT ? "1000:1000:1" : "0:1000:1");
		assert_string_equal(write_map(&maps.groups),
				    mapping == MAPPING_CURRENT ? "500:500:1" : "0:500:1");
	}
}

static void test_ids_are_found_inside_and_outside(void **state _unused_)
{
	struct wire_map map = read_map("5:1000:1 100:100000:1000"), other = read_map("7:9:2");

	assert_true(idmap_has(&map, 5) && idmap_has(&map, 100) && idmap_has(&map, 1099));
	assert_false(idmap_has(&map, 0) || idmap_has(&map, 6) || idmap_has(&map, 1100));
	assert_int_equal(idmap_outside(&map, 5), ALICE);
	assert_int_equal(idmap_outside(&map, 107), 100007);
	assert_int_equal(idmap_outside(&map, 6), UINT32_MAX);
	assert_int_equal(idmap_default(&map, ALICE), 5);
	assert_int_equal(idmap_default(&map, 100007), 107);
	assert_int_equal(idmap_default(&map, 1), 5);
	map = read_map("5:1000:1 0:100000:10");
	assert_int_equal(idmap_default(&map, 1), 0);
	assert_int_equal(idmap_default(&other, 1), 7);
	/* the caller's own group only, with any id inside: it could only be dropped */
	map = read_map("0:500:1");
	assert_false(idmap_has_setgroups(&map, STAFF));
	assert_true(idmap_has_setgroups(&map, 501));
	map = read_map("0:500:1 1:200000:1");
	assert_true(idmap_has_setgroups(&map, STAFF));
}

static void test_map_within_a_user_namespace_has_its_ids(void **state _unused_)
{
	/* In a user namespace that maps 0 to Alice's uid, and 10 to 109 to subordinate ones: what a
	 * caller asks for, the map with ids of the host (NULL: refused), and that with home's. */
	static const struct {
		uint32_t mapping;
		const char *asked, *host, *home;
	} rows[] = {
		{MAPPING_NONE, "", "", ""},
		{MAPPING_ROOT, "", "", ""},
		{MAPPING_CURRENT, "", "0:1000:1", "0:0:1"},
		{MAPPING_AUTO, "", "0:1000:1 1:100000:100", "0:0:1 1:10:100"},
		{MAPPING_CURRENT_AUTO, "", "0:1000:1 1:100000:100", "0:0:1 1:10:100"},
		{MAPPING_CUSTOM, "0:0:1", "0:1000:1", "0:0:1"},
		{MAPPING_CUSTOM, "0:10:100", "0:100000:100", "0:10:100"},
		{MAPPING_CUSTOM, "5:0:1 6:109:1", "5:1000:1 6:100099:1", "5:0:1 6:109:1"},
		{MAPPING_CUSTOM, "0:9:1", NULL, NULL},
		{MAPPING_CUSTOM, "0:0:2", NULL, NULL},
		{MAPPING_CUSTOM, "0:10:101", NULL, NULL},
		{MAPPING_CUSTOM, "0:1000:1", NULL, NULL},
		{MAPPING_CUSTOM, "0:100000:1", NULL, NULL},
		{MAPPING_CUSTOM, "0:10:4294967295", NULL, NULL},
		{MAPPING_CUSTOM, "0:0:1 0:10:1", NULL, NULL},
		{MAPPING_CUSTOM, "0:10:5 20:14:1", NULL, NULL},
	};
	const struct idmap home = {read_map("0:1000:1 10:100000:100"),
				   read_map("0:500:1 1:200000:10")};
	const struct idmap alone = {read_map("0:1000:1"), read_map("0:500:1")};
	const struct idmap amid = {read_map("5:999:3"), read_map("5:499:3")};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct wire_spec spec = {.mapping = rows[i].mapping,
					 .uid_map = read_map(rows[i].asked)};
		struct failure failure = {};
		int r = idmap_complete_within(&spec, &home, ALICE, STAFF, &failure);

		assert_int_equal(r, rows[i].host ? 0 : ERROR_INVALID_VALUE);
		if (r)
			continue;
		assert_string_equal(write_map(&spec.uid_map), rows[i].host);
		idmap_to_home(&spec.uid_map, &home.users);
		assert_string_equal(write_map(&spec.uid_map), rows[i].home);
		if (spec.uid_map.n_ranges > 0)
			assert_string_equal(write_map(&spec.gid_map),
					    mapping_is_auto(rows[i].mapping) ? "0:500:1 1:200000:10"
									     : "0:500:1");
	}
	for (uint32_t mapping = MAPPING_AUTO; mapping <= MAPPING_CURRENT_AUTO; mapping++) {
		struct wire_spec spec = {.mapping = mapping};
		struct failure failure = {};

		if (!mapping_is_auto(mapping))
			continue;
		/* there is nothing but the caller's own id */
		assert_int_equal(idmap_complete_within(&spec, &alone, ALICE, STAFF, &failure),
				 ERROR_INVALID_VALUE);
		/* the caller's own id is amid the others */
		spec = (struct wire_spec){.mapping = mapping};
		assert_int_equal(idmap_complete_within(&spec, &amid, ALICE, STAFF, &failure), 0);
		assert_string_equal(write_map(&spec.uid_map),
				    mapping == MAPPING_AUTO ? "0:1000:1 1:999:1 2:1001:1"
							    : "6:1000:1 0:999:1 1:1001:1");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_give_ranges_to_their_user),
		cmocka_unit_test(test_lines_without_a_name_are_ignored),
		cmocka_unit_test(test_number_of_ranges_is_bounded),
		cmocka_unit_test(test_user_is_named_by_its_passwd_line),
		cmocka_unit_test(test_files_are_read_if_root_alone_can_write_them),
		cmocka_unit_test(test_custom_maps_are_checked),
		cmocka_unit_test(test_automatic_map_has_all_ranges),
		cmocka_unit_test(test_accounts_of_the_daemon_are_never_mapped),
		cmocka_unit_test(test_root_may_map_all_ids),
		cmocka_unit_test(test_other_mappings_have_one_id),
		cmocka_unit_test(test_ids_are_found_inside_and_outside),
		cmocka_unit_test(test_owner_of_a_subordinate_id_is_found),
		cmocka_unit_test(test_map_within_a_user_namespace_has_its_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
