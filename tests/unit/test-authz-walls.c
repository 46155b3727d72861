/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks what a caller behind a wall reaches, and which rights it does not get. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base.h"
#include "daemon/keeper/policy/authz.h"
#include "daemon/kernel/wall.h"

#define ALL_BITS ((UINT32_C(1) << CONFIG_ALLOW_COUNT) - 1)
#define A "mnt:4026532601 root:12884901890:0:31:2"
#define B "mnt:4026532602 root:12884901891:0:31:2"
#define NET "net:4026532603:51"

static struct authz_subject behind(const char *wall)
{
	struct authz_subject subject = {.uid = 1000, .allowed = ALL_BITS};

	snprintf(subject.wall, sizeof(subject.wall), "%s", wall);
	return subject;
}

static struct authz_made made_behind(const char *wall)
{
	return (struct authz_made){wall, "", "00000000000000a1"};
}

static void test_caller_behind_a_wall_reaches_only_its_own(void **state _unused_)
{
	static const struct {
		const char *own, *wall;
		bool reached;
	} rows[] = {
		/* from the host everything is reached */
		{"", "", true},
		{"", A, true},
		{"", NET, true},
		/* from behind a wall only what was made behind the same one */
		{A, A, true},
		{A, "", false},
		{A, B, false},
		{A, A " " NET, false},
		{A " " NET, A, false},
		{NET, "net:4026532603:5", false},
		{NET, NET, true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct authz_subject subject = behind(rows[i].own);
		const struct authz_made made = made_behind(rows[i].wall);

		if (authz_reaches(&subject, made) != rows[i].reached)
			fail_msg("row %zu", i);
		/* no right widens it: root's neither */
		subject.uid = 0;
		assert_int_equal(authz_reaches(&subject, made), rows[i].reached);
		/* the set that it is in is reached from inside, and no other */
		subject.scope = SCOPE_SET;
		assert_false(authz_reaches(&subject, made));
		snprintf(subject.within, sizeof(subject.within), "%s", made.id);
		assert_true(authz_reaches(&subject, made));
	}
}

/* A user whose sets are behind another wall can list and remove them, but not enter them. */
static void test_other_walls_sets_can_be_listed_and_removed(void **state _unused_)
{
	static const bool through[WIRE_OP_END] = {
		[WIRE_GET] = true,
		[WIRE_LIST] = true,
		[WIRE_REMOVE] = true,
		[WIRE_RENEW] = true,
	};
	struct authz_subject subject = behind(A), host = behind("");

	for (enum wire_op op = WIRE_CREATE; op < WIRE_OP_END; op++) {
		if (authz_reaches_by(&subject, op, made_behind(B)) != through[op])
			fail_msg("op %d", op);
		assert_int_equal(authz_reaches_by(&subject, op, made_behind("")), through[op]);
		assert_true(authz_reaches_by(&subject, op, made_behind(A)));
		assert_true(authz_reaches_by(&host, op, made_behind(A)));
	}
}

/* Ways out lead to the host's network, so a caller in another network gets none. */
static void test_ways_out_need_the_network_of_the_host(void **state _unused_)
{
	static const struct {
		const char *wall;
		bool refused, in_machine_net;
	} rows[] = {
		{"", false, false},	     {A, false, false},		{NET, true, false},
		{"mnt:1 " NET, true, false}, {"pid:1:2", false, false}, {NET, false, true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct authz_subject subject = behind(rows[i].wall);
		const struct config config = {};
		const struct authz_lists lists = {.config = &config};
		static const struct wire_reach all;
		const struct wire_spec publish = {.kinds = KIND_BIT(KIND_NET),
						  .publish = {{.protocol = PUBLISH_TCP,
							       .host_port = 8080,
							       .port = 80}},
						  .n_publish = 1},
				       plain = {.kinds = KIND_BIT(KIND_NET)};
		enum nsctl_error expected = rows[i].refused ? ERROR_NOT_PERMITTED : ERROR_NONE;
		struct failure failure = {};

		subject.in_machine_net = rows[i].in_machine_net;
		assert_int_equal(authz_egress(&subject, &lists, &all, &failure), expected);
		assert_int_equal(authz_host_link(&subject, &failure), expected);
		assert_int_equal(authz_spec(&subject, &publish, &failure), expected);
		assert_int_equal(failure.error, expected);
		assert_true(!rows[i].refused || strstr(failure.text, "PrivateNetwork="));
		assert_int_equal(authz_spec(&subject, &plain, &failure), ERROR_NONE);
		/* inside a set with a list, there are no other ways */
		subject.listed = true;
		strcpy(subject.scope_text, "box");
		assert_int_equal(authz_egress(&subject, &lists, &all, &failure),
				 ERROR_NOT_PERMITTED);
		assert_int_equal(authz_host_link(&subject, &failure), ERROR_NOT_PERMITTED);
		assert_int_equal(authz_spec(&subject, &publish, &failure), ERROR_NOT_PERMITTED);
		assert_non_null(strstr(failure.text, "box"));
		subject.listed = false;
		/* the key is needed all the same */
		subject.allowed = ALLOW_CONNECT;
		assert_int_equal(authz_host_link(&subject, &failure), ERROR_NOT_PERMITTED);
		assert_non_null(strstr(failure.text, "host-links"));
	}
}

/* If root cannot unmount what protects its /proc and /sys, its sets get no /proc and /sys of
 * their own. */
static void test_root_gets_no_unprotected_kernel_files(void **state _unused_)
{
	static const uint32_t mnt = KIND_BIT(KIND_MNT), net = KIND_BIT(KIND_NET);
	const struct wire_spec specs[] = {
		{.kinds = mnt | net},
		{.kinds = mnt | KIND_BIT(KIND_PID), .mount_proc = SWITCH_ON},
		{.kinds = mnt, .mounts = {{.type = MOUNT_SYSFS}}, .n_mounts = 1},
		{.kinds = mnt,
		 .mounts = {{.type = MOUNT_TMPFS}, {.type = MOUNT_CGROUP2}},
		 .n_mounts = 2},
	};
	const struct wire_spec harmless[] = {
		{.kinds = mnt},
		{.kinds = net},
		{.kinds = mnt | KIND_BIT(KIND_PID), .mount_proc = SWITCH_OFF},
		{.kinds = mnt, .mounts = {{.type = MOUNT_TMPFS}}, .n_mounts = 1},
	};
	struct authz_subject root = behind(A), jailed = behind("root:12884901890:0:31:2"),
			     other = behind(NET), capable = behind(A), user = behind(A);
	struct failure failure = {};

	root.uid = jailed.uid = other.uid = capable.uid = 0;
	capable.can_mount = true;
	for (size_t i = 0; i < ARRAY_SIZE(specs); i++) {
		assert_int_equal(authz_spec(&root, &specs[i], &failure), ERROR_NOT_PERMITTED);
		assert_non_null(strstr(failure.text, "ProtectKernelTunables="));
		assert_int_equal(authz_spec(&jailed, &specs[i], &failure), ERROR_NOT_PERMITTED);
		assert_int_equal(authz_spec(&other, &specs[i], &failure), ERROR_NONE);
		assert_int_equal(authz_spec(&capable, &specs[i], &failure), ERROR_NONE);
		assert_int_equal(authz_spec(&user, &specs[i], &failure), ERROR_NONE);
	}
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
		assert_int_equal(authz_spec(&root, &harmless[i], &failure), ERROR_NONE);
}

static void test_wall_has_the_kinds_in_its_text(void **state _unused_)
{
	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		assert_false(wall_has("", kind));
		assert_int_equal(wall_has(A, kind), kind == KIND_MNT);
		assert_int_equal(wall_has("mnt:1 " NET " root:1:2:3:4", kind),
				 kind == KIND_MNT || kind == KIND_NET);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_caller_behind_a_wall_reaches_only_its_own),
		cmocka_unit_test(test_other_walls_sets_can_be_listed_and_removed),
		cmocka_unit_test(test_ways_out_need_the_network_of_the_host),
		cmocka_unit_test(test_root_gets_no_unprotected_kernel_files),
		cmocka_unit_test(test_wall_has_the_kinds_in_its_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
