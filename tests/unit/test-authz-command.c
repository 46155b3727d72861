/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The identity that a command may have: the rules of authz_command(), row by row. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base.h"
#include "tests/unit/authz.h"

#define NONE (-1)
#define FORBIDDEN "commands in others' sets"

/* Rows: caller, owner of the set, mapping, requested ids (NONE: not given), resulting ids. */
static const struct {
	uid_t uid, owner;
	enum spec_mapping mapping;
	int user, group;
	const char *wrong; /* which field is refused, or FORBIDDEN */
	uid_t as_uid;
	gid_t as_gid;
} commands[] = {
	/* in a user's set without a user namespace, a command always has the owner's ids */
	{ALICE, ALICE, MAPPING_NONE, NONE, NONE, NULL, ALICE, 500},
	{ALICE, ALICE, MAPPING_NONE, ALICE, 500, NULL, ALICE, 500},
	{ALICE, ALICE, MAPPING_NONE, 0, NONE, "user", 0, 0},
	{ALICE, ALICE, MAPPING_NONE, BOB, NONE, "user", 0, 0},
	{ALICE, ALICE, MAPPING_NONE, NONE, 0, "group", 0, 0},
	{ALICE, ALICE, MAPPING_NONE, NONE, 501, "group", 0, 0},
	{0, ALICE, MAPPING_NONE, NONE, NONE, NULL, ALICE, 500},
	{0, ALICE, MAPPING_NONE, 0, 0, "user", 0, 0},
	{0, ALICE, MAPPING_NONE, BOB, NONE, "user", 0, 0},
	/* an administrator runs no commands in it, because they would run as its owner */
	{BOB, ALICE, MAPPING_NONE, NONE, NONE, FORBIDDEN, 0, 0},
	{BOB, ALICE, MAPPING_NONE, BOB, NONE, FORBIDDEN, 0, 0},
	/* with -r: root inside, the owner outside */
	{ALICE, ALICE, MAPPING_ROOT, NONE, NONE, NULL, ALICE, 500},
	{ALICE, ALICE, MAPPING_ROOT, 0, 0, NULL, ALICE, 500},
	{ALICE, ALICE, MAPPING_ROOT, ALICE, NONE, "user", 0, 0},
	{0, ALICE, MAPPING_ROOT, 0, 0, NULL, ALICE, 500},
	{0, ALICE, MAPPING_ROOT, 1, NONE, "user", 0, 0},
	{ALICE, ALICE, MAPPING_CURRENT, ALICE, 500, NULL, ALICE, 500},
	{ALICE, ALICE, MAPPING_CURRENT, 0, NONE, "user", 0, 0},
	/* with further ids inside: the owner outside, whatever the id inside is */
	{ALICE, ALICE, MAPPING_AUTO, NONE, NONE, NULL, ALICE, 500},
	{ALICE, ALICE, MAPPING_AUTO, 33, 33, NULL, ALICE, 500},
	{ALICE, ALICE, MAPPING_AUTO, 65537, NONE, "user", 0, 0},
	{ALICE, ALICE, MAPPING_AUTO, NONE, 100000, "group", 0, 0},
	{0, ALICE, MAPPING_CUSTOM, 33, NONE, NULL, ALICE, 500},
	{BOB, ALICE, MAPPING_CUSTOM, NONE, NONE, FORBIDDEN, 0, 0},
	/* root's */
	{0, 0, MAPPING_NONE, NONE, NONE, NULL, 0, 500},
	{0, 0, MAPPING_NONE, BOB, 7, NULL, BOB, 7},
	{0, 0, MAPPING_NONE, BOB, NONE, NULL, BOB, 500},
	{0, 0, MAPPING_NONE, NONE, 7, NULL, 0, 7},
	{0, 0, MAPPING_ROOT, 0, 0, NULL, 0, 500},
	{0, 0, MAPPING_ROOT, BOB, NONE, "user", 0, 0},
	{0, 0, MAPPING_CURRENT, 1, NONE, "user", 0, 0},
	{ALICE, 0, MAPPING_NONE, NONE, NONE, FORBIDDEN, 0, 0},
	{ALICE, 0, MAPPING_NONE, ALICE, NONE, FORBIDDEN, 0, 0},
};

/* A set's user namespace: its owner is 0, ids from 100000 on are 1 to 65536. */
static const struct wire_spec ranges = {
	.uid_map = {.ranges = {{0, ALICE, 1}, {1, 100000, 65536}}, .n_ranges = 2},
	.gid_map = {.ranges = {{0, 500, 1}, {1, 100000, 65536}}, .n_ranges = 2},
};

static void test_command_has_ids_by_owner_and_mapping(void **state _unused_)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		struct authz_subject subject = {.uid = commands[i].uid, .allowed = ALL_BITS};
		struct authz_identity identity = {99, 99, 99, 99, false};
		struct idmap maps;
		struct authz_command command = {
			.owner = commands[i].owner,
			.owner_gid = 500,
			.mapping = commands[i].mapping,
			.maps = commands[i].mapping == MAPPING_NONE ? NULL : &maps,
			.wish =
				&(struct wire_command){
					.has_user = commands[i].user != NONE,
					.has_group = commands[i].group != NONE,
					.user = (uid_t)commands[i].user,
					.group = (gid_t)commands[i].group,
				},
		};
		struct failure failure = {};
		int r, expected = !commands[i].wrong			      ? 0
				  : strcmp(commands[i].wrong, FORBIDDEN) == 0 ? ERROR_NOT_PERMITTED
									      : ERROR_INVALID_VALUE;

		idmap_of(commands[i].mapping, commands[i].owner, 500, &ranges, &maps);
		r = authz_command(&subject, &command, &identity, &failure);
		if (r != expected)
			fail_msg("row %zu: %d", i, r);
		assert_int_equal(identity.uid, r ? 99 : commands[i].as_uid);
		assert_int_equal(identity.gid, r ? 99 : commands[i].as_gid);
		if (r) {
			assert_string_equal(failure.subject, commands[i].wrong);
			assert_int_equal(identity.inside_uid, 99);
		}
	}
}

/* Rows: mapping, requested ids, ids inside. Outside, the command always has the owner's ids. */
static void test_command_has_ids_inside_as_asked_for(void **state _unused_)
{
	static const struct {
		enum spec_mapping mapping;
		bool enters;
		int user, group;
		uint32_t inside_uid, inside_gid;
	} rows[] = {
		{MAPPING_ROOT, true, NONE, NONE, 0, 0},
		{MAPPING_CURRENT, true, NONE, NONE, ALICE, 500},
		{MAPPING_AUTO, true, NONE, NONE, 0, 0},
		{MAPPING_AUTO, true, 33, NONE, 33, 0},
		{MAPPING_CUSTOM, true, 33, 34, 33, 34},
		{MAPPING_CUSTOM, true, 65536, 65536, 65536, 65536},
		/* without the set's user namespace it has the ids of the host */
		{MAPPING_AUTO, false, NONE, NONE, 0, 0},
		{MAPPING_AUTO, false, ALICE, 500, 0, 0},
	};
	const struct authz_subject alice = {.uid = ALICE};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct authz_identity identity;
		struct failure failure = {};
		struct idmap maps;
		const struct authz_command command = {
			.owner = ALICE,
			.owner_gid = 500,
			.mapping = rows[i].mapping,
			.maps = rows[i].enters ? &maps : NULL,
			.wish =
				&(struct wire_command){
					.has_user = rows[i].user != NONE,
					.has_group = rows[i].group != NONE,
					.user = (uid_t)rows[i].user,
					.group = (gid_t)rows[i].group,
				},
		};

		idmap_of(rows[i].mapping, ALICE, 500, &ranges, &maps);
		if (authz_command(&alice, &command, &identity, &failure))
			fail_msg("row %zu: %s: %s", i, failure.subject, failure.text);
		assert_int_equal(identity.uid, ALICE);
		assert_int_equal(identity.gid, 500);
		assert_int_equal(identity.inside_uid, rows[i].inside_uid);
		assert_int_equal(identity.inside_gid, rows[i].inside_gid);
	}
}

/* newPrivileges: only in a set that root made without user namespace, and only with the right. */
/* A root that calls from a user namespace of its own stays in it, where a set without a user
 * namespace has its maps. */
static void test_roots_ids_are_those_inside_if_root_has_a_user_namespace(void **state _unused_)
{
	const struct authz_subject root = {.uid = 0, .allowed = ALL_BITS};
	struct wire_command wish = {.has_user = true, .user = 33, .has_group = true, .group = 34};
	struct authz_identity identity;
	struct failure failure = {};
	struct idmap maps;
	const struct authz_command command = {
		.owner_gid = 500, .mapping = MAPPING_NONE, .maps = &maps, .wish = &wish};

	idmap_of(MAPPING_CUSTOM, 0, 500, &ranges, &maps);
	check_failure(&failure, authz_command(&root, &command, &identity, &failure), ERROR_NONE);
	assert_int_equal(identity.uid, 0);
	assert_int_equal(identity.gid, 500);
	assert_int_equal(identity.inside_uid, 33);
	assert_int_equal(identity.inside_gid, 34);
	wish.user = 65537;
	check_failure(&failure, authz_command(&root, &command, &identity, &failure),
		      ERROR_INVALID_VALUE);
}

static void test_new_privileges_need_root_and_the_right(void **state _unused_)
{
	for (size_t u = 0; u < ARRAY_SIZE(uids); u++)
		for (size_t o = 0; o < ARRAY_SIZE(uids); o++)
			for (int mapping = MAPPING_NONE; mapping <= MAPPING_CUSTOM; mapping++)
				for (int may = 0; may < 2; may++) {
					struct authz_subject subject = {
						.uid = uids[u],
						.allowed = may ? ALL_BITS
							       : ALL_BITS & ~ALLOW_NEW_PRIVILEGES,
					};
					struct authz_command command = {
						.owner = uids[o],
						.mapping = (enum spec_mapping)mapping,
						.wish = &(struct wire_command){.new_privileges =
										       true},
					};
					bool good = uids[u] == 0 && uids[o] == 0 &&
						    mapping == MAPPING_NONE && may;
					struct failure failure = {};
					struct authz_identity identity;

					check_failure(&failure,
						      authz_command(&subject, &command, &identity,
								    &failure),
						      good ? ERROR_NONE : ERROR_NOT_PERMITTED);
				}
}

/* Setuid programs have an effect in a user's own user and mount namespaces, and for root on
 * request; nowhere else, and never against the caller's wish. */
static void test_setuid_has_effect_only_where_allowed(void **state _unused_)
{
	for (int i = 0; i < 64; i++) {
		bool roots = i & 1, asked = i & 2, enters_user = i & 4, enters_mount = i & 8,
		     refused = i & 16, may = i & 32;
		const uid_t owner = roots ? 0 : ALICE;
		const struct authz_subject subject = {
			.uid = owner, .allowed = may ? ALL_BITS : ALL_BITS & ~ALLOW_NEW_PRIVILEGES};
		struct authz_identity identity = {};
		struct failure failure = {};
		struct idmap maps;
		const struct authz_command command = {
			.owner = owner,
			.owner_gid = 500,
			.mapping = enters_user ? MAPPING_ROOT : MAPPING_NONE,
			.maps = enters_user ? &maps : NULL,
			.enters_mount = enters_mount,
			.wish =
				&(struct wire_command){
					.new_privileges = asked,
					.no_new_privileges = refused,
				},
		};
		int r;

		idmap_of(MAPPING_ROOT, owner, 500, NULL, &maps);
		r = authz_command(&subject, &command, &identity, &failure);
		if (asked && refused) {
			check_failure(&failure, r, ERROR_INVALID_VALUE);
			continue;
		}
		if (asked && (!roots || enters_user || !may)) {
			check_failure(&failure, r, ERROR_NOT_PERMITTED);
			continue;
		}
		check_failure(&failure, r, ERROR_NONE);
		assert_int_equal(identity.may_gain,
				 !refused && (asked || (!roots && enters_user && enters_mount)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command_has_ids_by_owner_and_mapping),
		cmocka_unit_test(test_command_has_ids_inside_as_asked_for),
		cmocka_unit_test(test_roots_ids_are_those_inside_if_root_has_a_user_namespace),
		cmocka_unit_test(test_new_privileges_need_root_and_the_right),
		cmocka_unit_test(test_setuid_has_effect_only_where_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
