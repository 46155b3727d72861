/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * authz.c is a truth table. Expected results are in rows, or follow from a rule that is written
 * here in other words than in authz.c; then all combinations of facts are tried.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base.h"
#include "tests/unit/authz.h"

static const enum wire_scope scopes[] = {SCOPE_FULL, SCOPE_CONFINED, SCOPE_SET};

/* --- the configuration --- */

/* One enumeration has the bits of the other, as the header says. */
static void test_configuration_and_rights_have_the_same_bits(void **state _unused_)
{
	static const uint32_t bits[CONFIG_ALLOW_COUNT] = {
		[CONFIG_CONNECT] = ALLOW_CONNECT,
		[CONFIG_USER_NAMESPACES] = ALLOW_USER_NAMESPACES,
		[CONFIG_IP_NETNS] = ALLOW_IP_NETNS,
		[CONFIG_NEW_PRIVILEGES] = ALLOW_NEW_PRIVILEGES,
		[CONFIG_ADMINISTER] = ALLOW_ADMINISTER,
		[CONFIG_UNFILTERED] = ALLOW_UNFILTERED,
		[CONFIG_HOST_LINKS] = ALLOW_HOST_LINKS,
		[CONFIG_EGRESS] = ALLOW_EGRESS,
		[CONFIG_PUBLISH] = ALLOW_PUBLISH,
		[CONFIG_LOW_PORTS] = ALLOW_LOW_PORTS,
	};

	for (unsigned i = 0; i < CONFIG_ALLOW_COUNT; i++)
		assert_int_equal(bits[i], UINT32_C(1) << i);
}

static void test_user_has_a_right_by_uid_or_group(void **state _unused_)
{
	static uid_t named_uids[] = {ALICE};
	static gid_t named_gids[] = {50, 60};
	static const gid_t with_50[] = {40, 50}, without[] = {40, 70};
	static const struct {
		struct config_who who;
		uid_t uid;
		gid_t gid;
		const gid_t *groups;
		bool host, allowed;
	} rows[] = {
		{{}, ALICE, ALICE, without, true, false},
		{{}, 0, 0, without, false, true},
		{{.everyone = true}, ALICE, ALICE, without, false, true},
		{{.host = true}, ALICE, ALICE, without, true, true},
		{{.host = true}, ALICE, ALICE, without, false, false},
		{{.uids = named_uids, .n_uids = 1}, ALICE, ALICE, without, false, true},
		{{.uids = named_uids, .n_uids = 1}, BOB, BOB, without, false, false},
		/* a gid is not taken for the uid with the same number */
		{{.uids = named_uids, .n_uids = 1}, BOB, ALICE, without, false, false},
		{{.gids = named_gids, .n_gids = 2}, ALICE, ALICE, without, false, false},
		{{.gids = named_gids, .n_gids = 2}, ALICE, 60, without, false, true},
		{{.gids = named_gids, .n_gids = 2}, ALICE, ALICE, with_50, false, true},
		{{.gids = named_gids, .n_gids = 2}, 50, ALICE, without, false, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (enum config_allow key = 0; key < CONFIG_ALLOW_COUNT; key++) {
			struct config config = {};
			uint32_t allowed, expected;

			/* one line of the file gives no other right, except for those that
			 * administrators have, too */
			config.allow[key] = rows[i].who;
			allowed = authz_allowed(&config, rows[i].uid, rows[i].gid, rows[i].groups,
						2, rows[i].host);
			expected = rows[i].uid == 0  ? ALL_BITS
				   : rows[i].allowed ? UINT32_C(1) << key
						     : 0;
			if (expected == ALLOW_ADMINISTER)
				expected |= ALLOW_HOST_LINKS | ALLOW_EGRESS | ALLOW_PUBLISH |
					    ALLOW_LOW_PORTS;
			if (allowed != expected)
				fail_msg("row %zu, key %d: %x", i, key, allowed);
		}
}

/* --- at the door --- */

static void test_connection_gets_a_scope_by_its_place(void **state _unused_)
{
	for (uint32_t allowed = 0; allowed <= ALL_BITS; allowed++)
		for (int bits = 0; bits < 16; bits++) {
			const struct authz_place place = {
				.known = bits & 1,
				.set = bits & 2 ? "box" : NULL,
				.is_confined = bits & 4,
				.is_filtered = bits & 8,
			};
			enum wire_scope scope = 99, expected = SCOPE_CONFINED;
			struct failure failure = {};
			int r = authz_connect(allowed, &place, &scope, &failure);

			if (!(allowed & ALLOW_CONNECT)) {
				check_failure(&failure, r, ERROR_NOT_PERMITTED);
				assert_int_equal(scope, 99);
				continue;
			}
			/* 1, 3: known, neither confined nor filtered; 9, 11: filtered, which a key
			 * allows; no key allows the others */
			if (bits == 1 || (bits == 9 && allowed & ALLOW_UNFILTERED))
				expected = SCOPE_FULL;
			if (bits == 3 || (bits == 11 && allowed & ALLOW_UNFILTERED))
				expected = SCOPE_SET;
			check_failure(&failure, r, ERROR_NONE);
			assert_int_equal(scope, expected);
		}
}

/* Returns a caller in a scope, with all rights. */
static struct authz_subject scoped(uid_t uid, enum wire_scope scope)
{
	return (struct authz_subject){
		.uid = uid,
		.allowed = ALL_BITS,
		.scope = scope,
		.scope_text = "box",
		.scope_owner = ALICE,
	};
}

static void test_methods_inside_a_set_depend_on_the_caller(void **state _unused_)
{
	/* from inside a set, all of its users may call these; only its owner (ALICE), whatever user
	 * namespace it is in, may call the others */
	static const bool uses[WIRE_OP_END] = {
		[WIRE_GET] = true,	     [WIRE_LIST] = true,    [WIRE_REMOVE] = true,
		[WIRE_RENEW] = true,	     [WIRE_EXEC] = true,    [WIRE_SESSIONS] = true,
		[WIRE_WAIT] = true,	     [WIRE_OPEN] = true,    [WIRE_PROCESSES] = true,
		[WIRE_KILL] = true,	     [WIRE_FREEZE] = true,  [WIRE_THAW] = true,
		[WIRE_IDENTIFY] = true,	     [WIRE_STATUS] = true,  [WIRE_EGRESS_SET] = true,
		[WIRE_EGRESS_LEARN] = true,  [WIRE_MONITOR] = true, [WIRE_CAPTURE] = true,
		[WIRE_NETWORK_RENEW] = true, [WIRE_USERS] = true,
	};

	for (enum wire_op op = WIRE_CREATE; op < WIRE_OP_END; op++)
		for (size_t i = 0; i < ARRAY_SIZE(scopes); i++)
			for (size_t u = 0; u < ARRAY_SIZE(uids); u++) {
				/* no right widens a scope, not even root's */
				const struct authz_subject subject = scoped(uids[u], scopes[i]);
				struct failure failure = {};
				bool good = true;
				int r = authz_operation(&subject, op, &failure);

				if (scopes[i] == SCOPE_CONFINED)
					good = op == WIRE_IDENTIFY || op == WIRE_STATUS;
				else if (scopes[i] == SCOPE_SET)
					good = uses[op] || uids[u] == ALICE;
				if (r != (good ? 0 : ERROR_NOT_PERMITTED))
					fail_msg("op %d, scope %zu: %d", op, i, r);
				check_failure(&failure, r, (enum nsctl_error)r);
			}
}

/* Every caller inside a set is refused, whatever its uid is. */
static void test_list_is_changed_from_outside_only(void **state _unused_)
{
	for (size_t i = 0; i < ARRAY_SIZE(scopes); i++)
		for (size_t u = 0; u < ARRAY_SIZE(uids); u++) {
			const struct authz_subject subject = scoped(uids[u], scopes[i]);
			struct failure failure = {};
			int r = authz_egress_change(&subject, &failure);

			assert_int_equal(r, scopes[i] == SCOPE_SET ? ERROR_NOT_PERMITTED : 0);
			check_failure(&failure, r, (enum nsctl_error)r);
		}
}

/* Checks renewals in every scope, with all rights. */
static void test_surrounding_set_cannot_be_renewed_from_inside(void **state _unused_)
{
	for (size_t i = 0; i < ARRAY_SIZE(scopes); i++)
		for (size_t u = 0; u < ARRAY_SIZE(uids); u++)
			for (int surrounds = 0; surrounds < 2; surrounds++) {
				const struct authz_subject subject = scoped(uids[u], scopes[i]);
				struct failure failure = {};

				check_failure(&failure,
					      authz_renewal(&subject, surrounds, &failure),
					      surrounds ? ERROR_NOT_PERMITTED : ERROR_NONE);
			}
}

/* --- owners --- */

static void test_caller_acts_for_itself_or_as_allowed(void **state _unused_)
{
	static const char *const whats[] = {"set", "session"}, *const names[] = {"box", "other"};

	for (unsigned n = 0; n < 3 * 3 * 3 * 2 * 2 * 2 * 2 * 3; n++) {
		unsigned rest = n;
		uid_t uid = uids[rest % 3], owner = uids[rest / 3 % 3];
		enum wire_scope scope = scopes[(rest /= 9) % 3];
		bool administers = (rest /= 3) % 2, has_owner = (rest /= 2) % 2;
		const char *what = whats[(rest /= 2) % 2], *name = names[(rest /= 2) % 2];
		uid_t scope_owner = uids[(rest /= 2) % 3];
		struct authz_subject subject = {
			.uid = uid,
			.allowed = administers ? ALLOW_ADMINISTER : ALL_BITS & ~ALLOW_ADMINISTER,
			.scope = scope,
			.scope_text = "box",
			.scope_owner = scope_owner,
		};
		struct failure failure = {};
		uid_t got = 99, wanted;
		bool found;
		int r = authz_act_for(&subject, has_owner, owner, what, name, &got, &failure);

		if (scope == SCOPE_SET) {
			/* sets of its owner; authz_reaches() says which of them */
			wanted = has_owner ? owner : scope_owner;
			found = wanted == scope_owner && (uid == wanted || uid == 0);
		} else {
			wanted = has_owner ? owner : uid;
			found = wanted == uid || uid == 0 || administers;
		}
		if (r != (found ? 0 : ERROR_NOT_FOUND))
			fail_msg("uid %u, owner %u (%d), scope %d, %s %s: %d", uid, owner,
				 has_owner, scope, what, name, r);
		assert_int_equal(got, found ? wanted : 99);
		if (found)
			continue;
		/* just as for an absent object */
		assert_string_equal(failure.subject, what);
		assert_string_equal(failure.text, name);
	}
}

static void test_administrator_sees_all_if_asked_for(void **state _unused_)
{
	static const struct {
		uid_t uid;
		bool administers, all, own, others;
	} rows[] = {
		{ALICE, false, false, true, false}, {ALICE, false, true, true, false},
		{ALICE, true, false, true, false},  {ALICE, true, true, true, true},
		{0, false, false, true, false},	    {0, false, true, true, true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct authz_subject subject = {
			.uid = rows[i].uid,
			.allowed = rows[i].administers ? ALLOW_ADMINISTER : 0,
		};

		assert_int_equal(authz_sees(&subject, rows[i].all, rows[i].uid), rows[i].own);
		assert_int_equal(authz_sees(&subject, rows[i].all, BOB), rows[i].others);
	}
}

#define OUTER "00000000000000a1"
#define BOX "00000000000000b1"
#define INNER "00000000000000c1"

/* From inside a set, its owner and root see that set and those within it; other users inside do
 * not. */
static void test_caller_inside_sees_its_set_and_those_within(void **state _unused_)
{
	static const uid_t inside[] = {ALICE, 0, BOB, 100033};
	static const struct {
		struct authz_made made;
		bool seen;
	} rows[] = {
		{{"", OUTER, BOX}, true},
		{{"", OUTER "/set-" BOX, INNER}, true},
		{{"mnt:1", OUTER "/set-" BOX "/set-" INNER, "00000000000000d1"}, true},
		{{"", "", OUTER}, false},
		{{"", "", INNER}, false},
		{{"", OUTER, INNER}, false},
		{{"", OUTER "/set-" BOX "0", INNER}, false},
		{{"", BOX, INNER}, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(inside); i++)
		for (size_t n = 0; n < ARRAY_SIZE(rows); n++) {
			struct authz_subject subject = {
				.uid = inside[i],
				.allowed = ALL_BITS,
				.scope = SCOPE_SET,
				.scope_text = "box",
				.scope_owner = ALICE,
				.within = OUTER "/set-" BOX,
			};
			bool may = (inside[i] == ALICE || inside[i] == 0) && rows[n].seen;
			struct authz_made made = rows[n].made;

			assert_int_equal(authz_sees_set(&subject, true, ALICE, made), may);
			assert_int_equal(authz_sees_set(&subject, false, ALICE, made), may);
			assert_int_equal(authz_reaches(&subject, made), rows[n].seen);
			assert_int_equal(authz_reaches_by(&subject, WIRE_REMOVE, made),
					 rows[n].seen);
			assert_false(
				authz_sees_set(&subject, true, inside[i] == BOB ? 0 : BOB, made));
			subject.scope = SCOPE_FULL;
			assert_true(authz_sees_set(&subject, false, inside[i], made));
			assert_true(authz_reaches(&subject, made));
		}
}

/* --- sets and namespaces --- */

static void test_specification_needs_the_rights_for_its_parts(void **state _unused_)
{
	for (uint32_t allowed = 0; allowed <= ALL_BITS; allowed++)
		for (uint32_t kinds = 0; kinds <= KIND_ALL; kinds++)
			for (int ip_netns = 0; ip_netns < 2; ip_netns++) {
				struct authz_subject subject = {.uid = ALICE, .allowed = allowed};
				struct wire_spec spec = {.kinds = kinds,
							 .traces.ip_netns = ip_netns};
				struct failure failure = {};
				bool refused = (kinds & KIND_BIT(KIND_USER) &&
						!(allowed & ALLOW_USER_NAMESPACES)) ||
					       (ip_netns && !(allowed & ALLOW_IP_NETNS));

				check_failure(&failure, authz_spec(&subject, &spec, &failure),
					      refused ? ERROR_NOT_PERMITTED : ERROR_NONE);
			}
}

static void test_namespaces_are_opened_only_by_their_owner(void **state _unused_)
{
	for (size_t u = 0; u < ARRAY_SIZE(uids); u++)
		for (size_t o = 0; o < ARRAY_SIZE(uids); o++)
			for (uint32_t kinds = 0; kinds <= KIND_ALL; kinds++) {
				/* administrators may look and remove, but get no namespaces */
				struct authz_subject subject = {.uid = uids[u],
								.allowed = ALL_BITS};
				bool good = uids[u] == 0 ||
					    (uids[u] == uids[o] && kinds & KIND_BIT(KIND_USER));
				struct failure failure = {};

				check_failure(&failure,
					      authz_open(&subject, uids[o], kinds, &failure),
					      good ? ERROR_NONE : ERROR_NOT_PERMITTED);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_configuration_and_rights_have_the_same_bits),
		cmocka_unit_test(test_user_has_a_right_by_uid_or_group),
		cmocka_unit_test(test_connection_gets_a_scope_by_its_place),
		cmocka_unit_test(test_methods_inside_a_set_depend_on_the_caller),
		cmocka_unit_test(test_surrounding_set_cannot_be_renewed_from_inside),
		cmocka_unit_test(test_caller_acts_for_itself_or_as_allowed),
		cmocka_unit_test(test_administrator_sees_all_if_asked_for),
		cmocka_unit_test(test_caller_inside_sees_its_set_and_those_within),
		cmocka_unit_test(test_specification_needs_the_rights_for_its_parts),
		cmocka_unit_test(test_list_is_changed_from_outside_only),

		cmocka_unit_test(test_namespaces_are_opened_only_by_their_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
