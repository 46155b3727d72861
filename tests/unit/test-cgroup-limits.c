/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup-limits.c on a tree of plain files that looks like cgroup2: which controllers exist, in
 * which cgroups they are enabled, and which files are written and read. (tests/beds show that the
 * kernel enforces the limits.)
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/cgroup/read.h"
#include "daemon/kernel/cgroup-limits.h"
#include "tests/unit/tree.h"

static char root[] = "/tmp/nsctl-test-limits-XXXXXX";
static int root_fd = -1, base_fd = -1, set_fd = -1;

static void put(int fd, const char *path, const char *text)
{
	int file = openat(fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), strlen(text));
	close(file);
}

static void expect(int fd, const char *path, const char *text)
{
	char found[256] = "";
	int file = openat(fd, path, O_RDONLY | O_CLOEXEC);

	assert_true(file >= 0);
	assert_true(read(file, found, sizeof(found) - 1) >= 0);
	close(file);
	if (strcmp(found, text) != 0)
		fail_msg("%s is \"%s\", not \"%s\"", path, found, text);
}

static int open_directory(const char *path)
{
	int fd;

	assert_int_equal(mkdirat(root_fd, path, 0755), 0);
	fd = openat(root_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

/* The hierarchy's root with everything, nothing handed on. */
static int setup(void **state _unused_)
{
	strcpy(root + sizeof(root) - 7, "XXXXXX");
	assert_non_null(mkdtemp(root));
	root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	base_fd = open_directory("base");
	close(open_directory("base/1000"));
	set_fd = open_directory("base/1000/set");
	put(root_fd, "cgroup.controllers", "cpuset cpu io memory hugetlb pids\n");
	put(root_fd, "cgroup.subtree_control", "");
	put(base_fd, "cgroup.controllers", "");
	put(base_fd, "cgroup.subtree_control", "");
	put(base_fd, "1000/cgroup.subtree_control", "");
	return 0;
}

static int teardown(void **state _unused_)
{
	root_fd = close_fd(root_fd);
	base_fd = close_fd(base_fd);
	set_fd = close_fd(set_fd);
	return tree_remove(root);
}

static void test_limits_need_their_controllers(void **state _unused_)
{
	assert_int_equal(cgroup_limits_need(&(struct cgroup_limits){}), 0);
	assert_int_equal(cgroup_limits_need(&(struct cgroup_limits){.tasks = 1}),
			 CONTROLLER_BIT(CONTROLLER_PIDS));
	assert_int_equal(cgroup_limits_need(&(struct cgroup_limits){1, 1, 1}), CONTROLLER_ALL);
	assert_string_equal(cgroup_controller_name(CONTROLLER_PIDS), "pids");
}

/* Controllers that the daemon's cgroup has or can get; a name is a whole word. */
static void test_controllers_are_found_by_whole_words(void **state _unused_)
{
	assert_int_equal(cgroup_controllers(base_fd), CONTROLLER_ALL);
	put(root_fd, "cgroup.controllers", "cpuset rdma memory_other\n");
	assert_int_equal(cgroup_controllers(base_fd), 0);
	put(base_fd, "cgroup.controllers", "pids cpu\n");
	assert_int_equal(cgroup_controllers(base_fd),
			 CONTROLLER_BIT(CONTROLLER_PIDS) | CONTROLLER_BIT(CONTROLLER_CPU));
	assert_int_equal(unlinkat(base_fd, "cgroup.controllers", 0), 0);
	assert_int_equal(unlinkat(root_fd, "cgroup.controllers", 0), 0);
	assert_int_equal(cgroup_controllers(base_fd), 0);
}

/* Down to the owner's cgroup, and no further: the set's has processes. */
static void test_controllers_are_enabled_down_to_the_owner(void **state _unused_)
{
	uint32_t memory = CONTROLLER_BIT(CONTROLLER_MEMORY);

	put(set_fd, "cgroup.subtree_control", "");
	assert_int_equal(cgroup_enable(base_fd, "1000", memory), 0);
	expect(root_fd, "cgroup.subtree_control", "+memory");
	expect(base_fd, "cgroup.subtree_control", "+memory");
	expect(base_fd, "1000/cgroup.subtree_control", "+memory");
	expect(set_fd, "cgroup.subtree_control", "");
}

/* Cgroups above the daemon's are not changed if they have enabled all that is needed. */
static void test_enabled_cgroups_above_are_left_alone(void **state _unused_)
{
	put(base_fd, "cgroup.controllers", "memory pids cpu\n");
	put(base_fd, "cgroup.subtree_control", "memory pids\n");
	assert_int_equal(cgroup_enable(base_fd, "1000", CONTROLLER_BIT(CONTROLLER_PIDS)), 0);
	expect(root_fd, "cgroup.subtree_control", "");
	expect(base_fd, "cgroup.subtree_control", "memory pids\n");
	expect(base_fd, "1000/cgroup.subtree_control", "+pids");
	assert_int_equal(cgroup_enable(base_fd, "1001", CONTROLLER_BIT(CONTROLLER_PIDS)),
			 -EOPNOTSUPP);
}

static void test_limits_are_written(void **state _unused_)
{
	static const char *const files[] = {"memory.max", "memory.swap.max", "pids.max", "cpu.max"};
	struct cgroup_limits limits = {UINT64_C(512) << 20, 100, 500};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		put(set_fd, files[i], "");
	assert_int_equal(cgroup_limit(set_fd, &limits), 0);
	expect(set_fd, "memory.max", "536870912");
	expect(set_fd, "memory.swap.max", "0");
	expect(set_fd, "pids.max", "100");
	expect(set_fd, "cpu.max", "50000 100000");
	/* only given limits are written; more than one processor */
	put(set_fd, "memory.max", "");
	put(set_fd, "cpu.max", "");
	limits = (struct cgroup_limits){.cpu_thousandths = 2500};
	assert_int_equal(cgroup_limit(set_fd, &limits), 0);
	expect(set_fd, "memory.max", "");
	expect(set_fd, "cpu.max", "250000 100000");
	/* a kernel without swap */
	assert_int_equal(unlinkat(set_fd, "memory.swap.max", 0), 0);
	limits = (struct cgroup_limits){.memory = 4096};
	assert_int_equal(cgroup_limit(set_fd, &limits), 0);
	expect(set_fd, "memory.max", "4096");
	assert_int_equal(unlinkat(set_fd, "memory.max", 0), 0);
	assert_int_equal(cgroup_limit(set_fd, &limits), -EOPNOTSUPP);
}

static void test_usage_is_read(void **state _unused_)
{
	struct cgroup_usage usage = {};

	cgroup_usage(set_fd, &usage);
	assert_false(usage.has_memory || usage.has_cpu);
	put(set_fd, "memory.current", "123456789012\n");
	put(set_fd, "cpu.stat", "usage_usec 1500000\nuser_usec 7\nsystem_usec 8\n");
	cgroup_usage(set_fd, &usage);
	assert_true(usage.has_memory && usage.memory == UINT64_C(123456789012));
	assert_true(usage.has_cpu && usage.cpu == 1500000);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_limits_need_their_controllers),
		TEST(test_controllers_are_found_by_whole_words),
		TEST(test_controllers_are_enabled_down_to_the_owner),
		TEST(test_enabled_cgroups_above_are_left_alone),
		TEST(test_limits_are_written),
		TEST(test_usage_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
