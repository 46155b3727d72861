/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * profile.c on directories that look like /proc/PID: the texts that the kernel writes there
 * (security/apparmor label.c and procattr.c), and their meaning. An unreadable profile is not
 * taken for none. SELinux contexts.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "daemon/kernel/profile.h"

#define FILE_NAME "attr/apparmor/current"

static char root[] = "/tmp/nsctl-test-profile-XXXXXX";
static int root_fd = -1;

static int setup(void **state _unused_)
{
	assert_non_null(mkdtemp(root));
	root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(root_fd >= 0);
	assert_int_equal(mkdirat(root_fd, "attr", 0755), 0);
	assert_int_equal(mkdirat(root_fd, "attr/apparmor", 0755), 0);
	return 0;
}

static int teardown(void **state _unused_)
{
	unlinkat(root_fd, FILE_NAME, 0);
	unlinkat(root_fd, "attr/apparmor", AT_REMOVEDIR);
	unlinkat(root_fd, "attr", AT_REMOVEDIR);
	close(root_fd);
	return rmdir(root);
}

static void put(const char *text)
{
	int fd = openat(root_fd, FILE_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void test_selinux_confines_all_but_unconfined_domains(void **state _unused_)
{
	assert_false(selinux_confines("unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023"));
	assert_false(selinux_confines("system_u:system_r:unconfined_service_t:s0"));
	assert_false(selinux_confines("root:staff_r:unconfined_t"));
	assert_true(selinux_confines("system_u:system_r:container_t:s0:c1,c2"));
	assert_true(selinux_confines("unconfined_u:unconfined_r:user_t:s0"));
	/* what is not understood confines */
	assert_true(selinux_confines(""));
	assert_true(selinux_confines("unconfined_t"));
	assert_true(selinux_confines("unconfined_u:unconfined_t"));
}

static void test_formats_of_apparmor_are_understood(void **state _unused_)
{
	static const struct {
		const char *file, *profile, *exec;
		bool confines;
	} rows[] = {
		{"unconfined\n", "unconfined", "exec unconfined", false},
		{"/usr/bin/man (enforce)\n", "/usr/bin/man (enforce)", "exec /usr/bin/man", true},
		{"man_filter (complain)\n", "man_filter (complain)", "exec man_filter", false},
		{"code (unconfined)\n", "code (unconfined)", "exec code", false},
		{"a (kill)\n", "a (kill)", "exec a", true},
		{"a (user)\n", "a (user)", "exec a", true},
		/* a hat, a stack, another namespace */
		{"a//b (enforce)\n", "a//b (enforce)", "exec a//b", true},
		{"a//&b (mixed)\n", "a//&b (mixed)", "exec a//&b", true},
		{":lxd:unconfined\n", ":lxd:unconfined", "exec :lxd:unconfined", true},
		/* names that look like more */
		{"a (complain) (enforce)\n", "a (complain) (enforce)", "exec a (complain)", true},
		{"a(complain) (enforce)\n", "a(complain) (enforce)", "exec a(complain)", true},
		{"a(complain)\n", "a(complain)", "exec a(complain)", true},
		{"unconfined (enforce)\n", "unconfined (enforce)", "exec unconfined", true},
		{"(complain)\n", "(complain)", "exec (complain)", true},
		/* no line's end is no reason to refuse it */
		{"a (enforce)", "a (enforce)", "exec a", true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char profile[PROFILE_SIZE], text[PROFILE_SIZE + 5];

		put(rows[i].file);
		assert_int_equal(profile_read(root_fd, profile), 0);
		assert_string_equal(profile, rows[i].profile);
		assert_int_equal(profile_confines(profile), rows[i].confines);
		profile_write_exec(profile, text);
		assert_string_equal(text, rows[i].exec);
	}
	assert_false(profile_confines(""));
}

static void test_missing_file_means_no_profile(void **state _unused_)
{
	char profile[PROFILE_SIZE] = "before";

	unlinkat(root_fd, FILE_NAME, 0);
	assert_int_equal(profile_read(root_fd, profile), 0);
	assert_string_equal(profile, "");
}

static void test_too_long_profile_is_refused(void **state _unused_)
{
	char text[PROFILE_SIZE + 1] = "", profile[PROFILE_SIZE] = "before";

	memset(text, 'a', PROFILE_SIZE);
	put(text);
	assert_int_equal(profile_read(root_fd, profile), -ENAMETOOLONG);
	assert_string_equal(profile, "before");
	text[PROFILE_SIZE - 1] = '\0';
	put(text);
	assert_int_equal(profile_read(root_fd, profile), 0);
	assert_string_equal(profile, text);
}

/* An unreadable profile is not "none": a confined process would not seem to be confined. */
static void test_unreadable_profile_is_an_error(void **state _unused_)
{
	char profile[PROFILE_SIZE] = "before";
	struct rlimit before, none;

	put("a (enforce)\n");
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(profile_read(root_fd, profile), -EMFILE);
	assert_int_equal(profile_apply("a (enforce)"), -EMFILE);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	/* an error of the file itself: that of a directory stands for EACCES and the like */
	unlinkat(root_fd, FILE_NAME, 0);
	assert_int_equal(mkdirat(root_fd, FILE_NAME, 0755), 0);
	assert_int_equal(profile_read(root_fd, profile), -EISDIR);
	assert_int_equal(unlinkat(root_fd, FILE_NAME, AT_REMOVEDIR), 0);
	assert_string_equal(profile, "before");
}

/* The profile of this process needs no change. */
static void test_own_profile_is_applied(void **state _unused_)
{
	int fd = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char profile[PROFILE_SIZE];

	assert_true(fd >= 0);
	assert_int_equal(profile_read(fd, profile), 0);
	assert_int_equal(profile_apply(profile), 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats_of_apparmor_are_understood),
		cmocka_unit_test(test_missing_file_means_no_profile),
		cmocka_unit_test(test_too_long_profile_is_refused),
		cmocka_unit_test(test_unreadable_profile_is_an_error),
		cmocka_unit_test(test_own_profile_is_applied),
		cmocka_unit_test(test_selinux_confines_all_but_unconfined_domains),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
