/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check.c: specifications, each with its completed form, or with the field for which it is
 * refused; names, and the process of a lease.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base.h"
#include "daemon/keeper/policy/check.h"

#define MNT KIND_BIT(KIND_MNT)
#define PID KIND_BIT(KIND_PID)
#define NET KIND_BIT(KIND_NET)
#define UTS KIND_BIT(KIND_UTS)
#define USER KIND_BIT(KIND_USER)
#define IPC KIND_BIT(KIND_IPC)
#define CGROUP KIND_BIT(KIND_CGROUP)
#define TIME KIND_BIT(KIND_TIME)
#define NO_FDS .process_fd = -1, .pipe_fd = -1

/* Rows of specifications as given, with root_fd 1 for a descriptor that came with the call. */
#define SPEC(...) ((struct wire_spec){.root_fd = -1, __VA_ARGS__})
#define BIND(path)                                                   \
	{                                                            \
		.type = MOUNT_BIND, .target = (path), .source_fd = 0 \
	}
#define MOUNT(kind, path, ...)                                                 \
	{                                                                      \
		.type = (kind), .target = (path), .source_fd = -1, __VA_ARGS__ \
	}
#define MOUNTS(n, ...) .mounts = {__VA_ARGS__}, .n_mounts = (n)
#define OVERLAY(...) MOUNTS(1, {.type = MOUNT_OVERLAY, .target = "/a", __VA_ARGS__})
#define LABELS(n, ...) .labels = {__VA_ARGS__}, .n_labels = (n)

#define ONE_ID                                          \
	{                                               \
		.ranges = {{0, 1000, 1}}, .n_ranges = 1 \
	}

/* The furthest that a row lets a clock be. */
#define FAR (INT64_C(4000000000) * 1000000)

static const struct {
	const char *what;
	struct wire_spec spec;
	const char *field; /* that it is refused for */
} refused[] = {
	{"a mapping without user",
	 {.root_fd = -1, .kinds = MNT, .mapping = MAPPING_ROOT},
	 "spec.userMapping"},
	{"custom without maps",
	 {.root_fd = -1, .kinds = USER, .mapping = MAPPING_CUSTOM},
	 "spec.userMapping"},
	{"maps of what maps by itself",
	 {.root_fd = -1, .kinds = USER, .mapping = MAPPING_ROOT, .uid_map = ONE_ID},
	 "spec.uidMap"},
	{"groups of what maps by itself",
	 {.root_fd = -1, .kinds = USER, .mapping = MAPPING_AUTO, .gid_map = ONE_ID},
	 "spec.gidMap"},
	{"maps without user", {.root_fd = -1, .kinds = MNT, .gid_map = ONE_ID}, "spec.userMapping"},
	{"a host name without uts",
	 {.root_fd = -1, .kinds = MNT, .hostname = "a"},
	 "spec.hostname"},
	{"a propagation without mnt",
	 {.root_fd = -1, .kinds = PID, .propagation = PROPAGATION_SLAVE},
	 "spec.propagation"},
	{"a hidden place and later mounts",
	 {.root_fd = -1,
	  .kinds = MNT,
	  .propagation = PROPAGATION_SLAVE,
	  MOUNTS(1, MOUNT(MOUNT_HIDDEN, "/a"))},
	 "spec.propagation"},
	{"a hidden root",
	 {.root_fd = -1, .kinds = MNT, MOUNTS(1, MOUNT(MOUNT_HIDDEN, "/"))},
	 "spec.mounts[0].target"},
	{"a /proc without mnt",
	 {.root_fd = -1, .kinds = PID, .mount_proc = SWITCH_ON},
	 "spec.mountProc"},
	{"a /proc without pid",
	 {.root_fd = -1, .kinds = MNT, .mount_proc = SWITCH_ON},
	 "spec.mountProc"},
	{"a mount without mnt",
	 {.root_fd = -1, .kinds = PID, MOUNTS(1, MOUNT(MOUNT_TMPFS, "/a"))},
	 "spec.mounts"},
	{"a root without mnt", {.root_fd = 1, .kinds = PID}, "spec.rootFileDescriptor"},
	{"a root's path without mnt",
	 {.root_fd = -1, .kinds = PID, .root_path = "/a"},
	 "spec.rootPath"},
	{"clocks without time",
	 {.root_fd = -1, .kinds = MNT, .has_monotonic = true},
	 "spec.clocks.monotonic"},
	{"another clock without time",
	 {.root_fd = -1, .kinds = MNT, .has_boottime = true},
	 "spec.clocks.boottime"},
	{"clocks in the default set",
	 {.root_fd = -1, .has_boottime = true},
	 "spec.clocks.boottime"},
	{"/run/netns without net",
	 {.root_fd = -1, .kinds = MNT, .traces.ip_netns = true},
	 "spec.ipNetns"},
	/* mounts */
	{"no type", {.root_fd = -1, MOUNTS(1, MOUNT(0, "/a"))}, "spec.mounts[0].type"},
	{"an unknown type",
	 {.root_fd = -1, MOUNTS(1, MOUNT(MOUNT_OVERLAY + 1, "/a"))},
	 "spec.mounts[0].type"},
	{"proc without pid",
	 {.root_fd = -1, .kinds = MNT, MOUNTS(1, MOUNT(MOUNT_PROC, "/a"))},
	 "spec.mounts[0].type"},
	{"sysfs without net",
	 {.root_fd = -1, .kinds = MNT, MOUNTS(1, MOUNT(MOUNT_SYSFS, "/a"))},
	 "spec.mounts[0].type"},
	{"mqueue without ipc",
	 {.root_fd = -1, .kinds = MNT, MOUNTS(1, MOUNT(MOUNT_MQUEUE, "/a"))},
	 "spec.mounts[0].type"},
	{"cgroup2 without cgroup",
	 {.root_fd = -1, .kinds = MNT, MOUNTS(1, MOUNT(MOUNT_CGROUP2, "/a"))},
	 "spec.mounts[0].type"},
	{"no target",
	 {.root_fd = -1, MOUNTS(1, MOUNT(MOUNT_TMPFS, NULL))},
	 "spec.mounts[0].target"},
	{"a relative target",
	 {.root_fd = -1, MOUNTS(1, MOUNT(MOUNT_TMPFS, "a"))},
	 "spec.mounts[0].target"},
	{"a target that goes up",
	 {.root_fd = -1, MOUNTS(1, MOUNT(MOUNT_TMPFS, "/a/../b"))},
	 "spec.mounts[0].target"},
	{"a target of two lines",
	 {.root_fd = -1, MOUNTS(1, MOUNT(MOUNT_TMPFS, "/a\nb"))},
	 "spec.mounts[0].target"},
	{"/ as target", {.root_fd = -1, MOUNTS(1, BIND("/"))}, "spec.mounts[0].target"},
	{"/ as the target of a second tmpfs",
	 {.root_fd = -1, MOUNTS(2, MOUNT(MOUNT_TMPFS, "/a"), MOUNT(MOUNT_TMPFS, "/"))},
	 "spec.mounts[1].target"},
	{"two roots", {.root_fd = 1, MOUNTS(1, MOUNT(MOUNT_TMPFS, "/"))}, "spec.mounts[0].target"},
	{"/ in other words", {.root_fd = -1, MOUNTS(1, BIND("//"))}, "spec.mounts[0].target"},
	{"the second one wrong",
	 {.root_fd = -1, MOUNTS(2, MOUNT(MOUNT_TMPFS, "/a"), MOUNT(MOUNT_TMPFS, "b"))},
	 "spec.mounts[1].target"},
	{"two on one target",
	 {.root_fd = -1, MOUNTS(2, MOUNT(MOUNT_TMPFS, "/a"), BIND("/a"))},
	 "spec.mounts[1].target"},
	{"two on one target, in other words",
	 {.root_fd = -1, MOUNTS(2, MOUNT(MOUNT_TMPFS, "/a/b"), BIND("//a//b/"))},
	 "spec.mounts[1].target"},
	{"a bind of nothing",
	 {.root_fd = -1, MOUNTS(1, MOUNT(MOUNT_BIND, "/a"))},
	 "spec.mounts[0].sourceFileDescriptor"},
	{"a bind of a path alone",
	 {.root_fd = -1, MOUNTS(1, MOUNT(MOUNT_BIND, "/a", .source = "/b"))},
	 "spec.mounts[0].sourceFileDescriptor"},
	{"a bind whose path is an escape sequence",
	 {.root_fd = -1,
	  MOUNTS(1, {.type = MOUNT_BIND, .target = "/a", .source = "/\033[2J", .source_fd = 0})},
	 "spec.mounts[0].source"},
	{"a tmpfs with a source",
	 {.root_fd = -1, MOUNTS(1, {.type = MOUNT_TMPFS, .target = "/a", .source_fd = 0})},
	 "spec.mounts[0].source"},
	{"a tmpfs with a source's path",
	 {.root_fd = -1, MOUNTS(1, MOUNT(MOUNT_TMPFS, "/a", .source = "/b"))},
	 "spec.mounts[0].source"},
	{"an overlay that is kept without user",
	 {.root_fd = -1, .kinds = MNT, OVERLAY(.source_fd = 0)},
	 "spec.mounts[0].source"},
	{"an overlay that is kept by a path alone",
	 {.root_fd = -1, .kinds = MNT | USER, OVERLAY(.source_fd = -1, .source = "/b")},
	 "spec.mounts[0].sourceFileDescriptor"},
	{"an overlay that is kept, and its size",
	 {.root_fd = -1, .kinds = MNT | USER, OVERLAY(.source_fd = 0, .size = 4096)},
	 "spec.mounts[0].size"},
	{"a /dev with permissions",
	 {.root_fd = -1, MOUNTS(1, MOUNT(MOUNT_DEV, "/a", .mode = 0700))},
	 "spec.mounts[0].mode"},
	{"a /dev with a size",
	 {.root_fd = -1, MOUNTS(1, MOUNT(MOUNT_DEV, "/a", .size = 4096))},
	 "spec.mounts[0].size"},
	{"a /dev that is read-only",
	 {.root_fd = -1, MOUNTS(1, MOUNT(MOUNT_DEV, "/a", .read_only = true))},
	 "spec.mounts[0].readOnly"},
	{"a /proc that is read-only",
	 {.root_fd = -1, MOUNTS(1, MOUNT(MOUNT_PROC, "/a", .read_only = true))},
	 "spec.mounts[0].readOnly"},
	{"an overlay that is read-only",
	 {.root_fd = -1, .kinds = MNT, OVERLAY(.source_fd = -1, .read_only = true)},
	 "spec.mounts[0].readOnly"},
	{"an empty root that is read-only",
	 {.root_fd = -1, MOUNTS(1, MOUNT(MOUNT_TMPFS, "/", .read_only = true))},
	 "spec.mounts[0].readOnly"},
	/* values */
	{"boot and a lease",
	 {.root_fd = -1, .lease = {NO_FDS, .span = 1}, .boot = true},
	 "spec.boot"},
	{"boot and a process",
	 {.root_fd = -1, .lease = {.process_fd = 0, .pipe_fd = -1}, .boot = true},
	 "spec.boot"},
	{"boot and a pipe",
	 {.root_fd = -1, .lease = {.process_fd = -1, .pipe_fd = 0}, .boot = true},
	 "spec.boot"},
	{"boot and idleness",
	 {.root_fd = -1, .lease = {NO_FDS, .idle = 1}, .boot = true},
	 "spec.boot"},
	{"boot and the caller's cgroup",
	 {.root_fd = -1, .lease = {NO_FDS}, .boot = true, .caller_cgroup = true},
	 "spec.boot"},
	{"the caller's cgroup without a pid namespace",
	 {.root_fd = -1, .kinds = MNT, .caller_cgroup = true},
	 "spec.callerCgroup"},
	{"boot and a root without a path",
	 {.root_fd = 0, .lease = {NO_FDS}, .boot = true},
	 "spec.rootPath"},
	{"a relative root", {.root_fd = 1, .root_path = "a"}, "spec.rootPath"},
	{"a root's path alone", {.root_fd = -1, .root_path = "/a"}, "spec.rootFileDescriptor"},
	{"a label without key", {.root_fd = -1, LABELS(1, {NULL, "a"})}, "spec.labels."},
	{"a label with a wrong key", {.root_fd = -1, LABELS(1, {"a=b", "a"})}, "spec.labels.a=b"},
	{"a label of two lines", {.root_fd = -1, LABELS(1, {"a", "a\nb"})}, "spec.labels.a"},
	{"a label twice",
	 {.root_fd = -1, LABELS(3, {"a", "1"}, {"b", "1"}, {"a", "2"})},
	 "spec.labels.a"},
};

static void test_wrong_specification_is_refused_by_field(void **state _unused_)
{
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		struct wire_spec spec = refused[i].spec;
		struct failure failure = {};
		int r = check_spec(&spec, "box", &failure);

		if (r != ERROR_INVALID_VALUE || strcmp(failure.subject, refused[i].field) != 0)
			fail_msg("%s: %d: %s", refused[i].what, r, failure.subject);
		assert_true(*failure.text);
		assert_int_equal(failure.error, ERROR_INVALID_VALUE);
	}
}

/* Specifications as given, and completed for a set called "box". */
static const struct {
	struct wire_spec said, complete;
} taken[] = {
	{{.root_fd = -1},
	 {.kinds = KIND_DEFAULT,
	  .hostname = "box",
	  .propagation = PROPAGATION_SLAVE,
	  .mount_proc = SWITCH_ON,
	  .own_shm = SWITCH_ON}},
	{{.root_fd = -1, .mapping = MAPPING_CURRENT},
	 {.kinds = KIND_DEFAULT | USER,
	  .mapping = MAPPING_CURRENT,
	  .hostname = "box",
	  .propagation = PROPAGATION_SLAVE,
	  .mount_proc = SWITCH_ON,
	  .own_shm = SWITCH_ON}},
	{{.root_fd = -1, .kinds = KIND_ALL},
	 {.kinds = KIND_ALL,
	  .mapping = MAPPING_ROOT,
	  .hostname = "box",
	  .propagation = PROPAGATION_SLAVE,
	  .mount_proc = SWITCH_ON,
	  .own_shm = SWITCH_ON}},
	/* /dev/shm */
	{{.root_fd = -1, .kinds = MNT | IPC, .own_shm = SWITCH_OFF},
	 {.kinds = MNT | IPC, .propagation = PROPAGATION_SLAVE, .own_shm = SWITCH_OFF}},
	{{.root_fd = -1, .kinds = MNT, .own_shm = SWITCH_OFF},
	 {.kinds = MNT, .propagation = PROPAGATION_SLAVE}},
	{{.root_fd = -1, .kinds = MNT | IPC, MOUNTS(1, MOUNT(MOUNT_TMPFS, "/dev//shm"))},
	 {.kinds = MNT | IPC,
	  .propagation = PROPAGATION_SLAVE,
	  MOUNTS(1, MOUNT(MOUNT_TMPFS, "/dev//shm"))}},
	{{.root_fd = -1, .kinds = USER}, {.kinds = USER, .mapping = MAPPING_ROOT}},
	{{.root_fd = -1, .kinds = USER, .mapping = MAPPING_CURRENT},
	 {.kinds = USER, .mapping = MAPPING_CURRENT}},
	{{.root_fd = -1, .kinds = USER, .gid_map = ONE_ID},
	 {.kinds = USER, .mapping = MAPPING_CUSTOM, .gid_map = ONE_ID}},
	{{.root_fd = -1, .kinds = NET}, {.kinds = NET}},
	{{.root_fd = -1, .kinds = NET | MNT},
	 {.kinds = NET | MNT, .propagation = PROPAGATION_SLAVE}},
	/* off where it is impossible anyway is the same as not given */
	{{.root_fd = -1, .kinds = MNT, .mount_proc = SWITCH_OFF},
	 {.kinds = MNT, .propagation = PROPAGATION_SLAVE}},
	{{.root_fd = -1, .kinds = MNT | PID, .mount_proc = SWITCH_OFF},
	 {.kinds = MNT | PID, .propagation = PROPAGATION_SLAVE, .mount_proc = SWITCH_OFF}},
	{{.root_fd = -1, .kinds = MNT | PID, .propagation = PROPAGATION_SHARED},
	 {.kinds = MNT | PID, .propagation = PROPAGATION_SHARED, .mount_proc = SWITCH_ON}},
	{{.root_fd = -1,
	  .kinds = MNT,
	  MOUNTS(3, BIND("/a"), MOUNT(MOUNT_READ_ONLY, "/"), MOUNT(MOUNT_READ_ONLY, "/a"))},
	 {.kinds = MNT,
	  .propagation = PROPAGATION_PRIVATE,
	  MOUNTS(3, BIND("/a"), MOUNT(MOUNT_READ_ONLY, "/"), MOUNT(MOUNT_READ_ONLY, "/a"))}},
	{{.root_fd = -1, .kinds = UTS}, {.kinds = UTS, .hostname = "box"}},
	{{.root_fd = -1, .kinds = UTS, .hostname = "A.b-c"}, {.kinds = UTS, .hostname = "A.b-c"}},
	{{.root_fd = -1, .kinds = TIME, .has_monotonic = true, .monotonic = FAR},
	 {.kinds = TIME, .has_monotonic = true, .monotonic = FAR}},
	{{.root_fd = -1, .kinds = NET, .traces = {true, true}, .lease = {.span = 5}},
	 {.kinds = NET, .traces = {true, true}, .lease = {.span = 5}}},
	{{.root_fd = -1, .kinds = NET, .lease = {.connection = true}},
	 {.kinds = NET, .lease = {.connection = true}}},
	/* that an end is up need not be said */
	{{.root_fd = -1,
	  .kinds = NET,
	  .links = {{.end = {.up = SWITCH_ON}, .peer = {.where = END_HOST, .up = SWITCH_ON}},
		    {.end = {.up = SWITCH_OFF}, .peer = {.where = END_HOST}}},
	  .n_links = 2},
	 {.kinds = NET,
	  .links = {{.peer = {.where = END_HOST}},
		    {.end = {.up = SWITCH_OFF}, .peer = {.where = END_HOST}}},
	  .n_links = 2}},
	{{.root_fd = -1, .kinds = NET, LABELS(2, {"a", NULL}, {"b.c/d", "1 2"})},
	 {.kinds = NET, LABELS(2, {"a", NULL}, {"b.c/d", "1 2"})}},
};

/* Compares completed specifications as bytes, as the keeper does. */
static void test_specification_is_completed(void **state _unused_)
{
	for (size_t i = 0; i < ARRAY_SIZE(taken); i++) {
		struct wire_spec got = taken[i].said, wanted = taken[i].complete;
		size_t got_size, wanted_size;
		struct failure failure = {};
		void *got_bytes, *wanted_bytes;
		int r = check_spec(&got, "box", &failure);

		if (r != 0)
			fail_msg("row %zu: %d: %s: %s", i, r, failure.subject, failure.text);
		wanted.given = true;
		wanted.root_fd = -1;
		assert_int_equal(wire_pack(&wire_spec_layout, &got, &got_bytes, &got_size), 0);
		assert_int_equal(wire_pack(&wire_spec_layout, &wanted, &wanted_bytes, &wanted_size),
				 0);
		if (got_size != wanted_size || memcmp(got_bytes, wanted_bytes, got_size) != 0)
			fail_msg("row %zu is completed to something else", i);
		free(got_bytes);
		/* a complete specification does not change */
		assert_int_equal(check_spec(&got, "other", &failure), 0);
		assert_int_equal(wire_pack(&wire_spec_layout, &got, &got_bytes, &got_size), 0);
		if (wanted.hostname || !(wanted.kinds & UTS))
			assert_true(got_size == wanted_size &&
				    memcmp(got_bytes, wanted_bytes, got_size) == 0);
		free(got_bytes);
		free(wanted_bytes);
	}
}

/* A set whose name is not a host name gets none, and neither does a set without a name. */
static void test_bad_host_name_gives_none(void **state _unused_)
{
	static const char *const names[] = {NULL, "a_b", "a..b"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct wire_spec spec = SPEC(.kinds = UTS);
		struct failure failure;

		assert_int_equal(check_spec(&spec, names[i], &failure), 0);
		assert_null(spec.hostname);
	}
}

static void test_mounts_of_each_type_are_accepted(void **state _unused_)
{
	struct wire_spec spec =
		SPEC(.kinds = KIND_DEFAULT, .root_path = "/srv",
		     MOUNTS(8, BIND("/a"), MOUNT(MOUNT_TMPFS, "/b", .size = 4096),
			    MOUNT(MOUNT_PROC, "/c"), MOUNT(MOUNT_SYSFS, "/d"),
			    MOUNT(MOUNT_DEV, "/e"), MOUNT(MOUNT_MQUEUE, "/f"),
			    MOUNT(MOUNT_CGROUP2, "/g"),
			    {.type = MOUNT_BIND, .target = "/a/b", .source = "/x y"}));
	struct failure failure;

	spec.root_fd = 1;
	assert_int_equal(check_spec(&spec, "box", &failure), 0);
}

static void test_names_and_sessions_are_checked(void **state _unused_)
{
	struct failure failure;

	assert_int_equal(check_name("box", "name", &failure), 0);
	assert_int_equal(check_name(NULL, "name", &failure), ERROR_INVALID_VALUE);
	assert_int_equal(check_name("../box", "x.name", &failure), ERROR_INVALID_VALUE);
	assert_string_equal(failure.subject, "x.name");
	assert_int_equal(check_session("0123456789abcdef", &failure), 0);
	assert_int_equal(check_session(NULL, &failure), ERROR_INVALID_VALUE);
	assert_int_equal(check_session("..", &failure), ERROR_INVALID_VALUE);
	assert_string_equal(failure.subject, "session");
}

static void test_lease_by_process_1_is_refused(void **state _unused_)
{
	static const struct {
		pid_t pid;
		bool callers_first;
		int error;
	} rows[] = {
		{1, true, ERROR_INVALID_VALUE},
		/* the host's, named from another pid namespace */
		{1, false, ERROR_INVALID_VALUE},
		{4711, true, ERROR_INVALID_VALUE},
		{4711, false, ERROR_NONE},
		{2, false, ERROR_NONE},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct failure failure = {};
		int r = check_lease_process(rows[i].pid, rows[i].callers_first, &failure);

		assert_int_equal(r, rows[i].error);
		assert_int_equal(failure.error, rows[i].error);
		if (r)
			assert_string_equal(failure.subject, "lease.processFileDescriptor");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrong_specification_is_refused_by_field),
		cmocka_unit_test(test_specification_is_completed),
		cmocka_unit_test(test_bad_host_name_gives_none),
		cmocka_unit_test(test_mounts_of_each_type_are_accepted),
		cmocka_unit_test(test_names_and_sessions_are_checked),
		cmocka_unit_test(test_lease_by_process_1_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
