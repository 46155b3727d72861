/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* arguments.c: memfds as a front makes them, and those of a hostile front. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include "base.h"
#include "daemon/kernel/arguments.h"

#define ALL_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* counts, then text; sealed. */
static int make(uint32_t arguments, uint32_t environment, const char *text, size_t size, int seals)
{
	const uint32_t counts[] = {arguments, environment};
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, counts, sizeof(counts)), sizeof(counts));
	assert_int_equal(write(fd, text, size), size);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

static int read_one(int fd)
{
	struct arguments arguments;
	int r = arguments_read(fd, &arguments);

	arguments_done(&arguments);
	close(fd);
	return r;
}

static void test_arguments_of_a_front_are_read(void **state _unused_)
{
	static const char text[] = "echo\0two words\0A=1\0B=";
	struct arguments arguments;
	int fd = make(2, 2, text, sizeof(text), ALL_SEALS);

	assert_int_equal(arguments_read(fd, &arguments), 0);
	assert_string_equal(arguments.words[0], "echo");
	assert_string_equal(arguments.words[1], "two words");
	assert_null(arguments.words[2]);
	assert_string_equal(arguments.environment[0], "A=1");
	assert_string_equal(arguments.environment[1], "B=");
	assert_null(arguments.environment[2]);
	arguments_done(&arguments);
	close(fd);
	assert_int_equal(read_one(make(1, 0, "echo", 5, ALL_SEALS)), 0);
}

static void test_variables_are_set_and_defaulted(void **state _unused_)
{
	static const char text[] = "echo\0HOME=/\0NSCTL_SET=x";
	char set[] = "NSCTL_SET=box", home[] = "HOME=/srv", shell[] = "SHELL=/bin/sh";
	struct arguments arguments;
	int fd = make(1, 2, text, sizeof(text), ALL_SEALS);

	assert_int_equal(arguments_read(fd, &arguments), 0);
	arguments_set(arguments.environment, set);
	arguments_default(arguments.environment, home);
	arguments_default(arguments.environment, shell);
	assert_string_equal(arguments_value(arguments.environment, "NSCTL_SET"), "box");
	assert_string_equal(arguments_value(arguments.environment, "HOME"), "/");
	assert_string_equal(arguments_value(arguments.environment, "SHELL"), "/bin/sh");
	assert_null(arguments_value(arguments.environment, "HOM"));
	assert_null(arguments.environment[3]);
	arguments_done(&arguments);
	close(fd);
}

static void test_wrong_counts_are_refused(void **state _unused_)
{
	static const struct {
		uint32_t arguments, environment;
		const char *text;
		size_t size;
	} rows[] = {
		{0, 1, "A=1", 4},
		{2, 0, "echo", 5},
		{1, 1, "echo", 5},
		{1, 0, "echo\0x", 7},
		{1, 0, "echo", 4},
		{1, 0, "", 0},
		{UINT32_MAX, 2, "echo", 5},
		{1, UINT32_MAX, "echo", 5},
		{UINT32_MAX, UINT32_MAX, "", 1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(read_one(make(rows[i].arguments, rows[i].environment, rows[i].text,
					       rows[i].size, ALL_SEALS)),
				 -EBADMSG);
}

static void test_wrong_sizes_are_refused(void **state _unused_)
{
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_int_equal(fcntl(fd, F_ADD_SEALS, ALL_SEALS), 0);
	assert_int_equal(read_one(fd), -EBADMSG);
	fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_int_equal(ftruncate(fd, 1 << 30), 0);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, ALL_SEALS), 0);
	assert_int_equal(read_one(fd), -EBADMSG);
}

/* A file that can be changed while it is read is refused. */
static void test_unsealed_file_is_refused(void **state _unused_)
{
	static const int some[] = {0, F_SEAL_SHRINK, F_SEAL_WRITE, F_SEAL_SHRINK | F_SEAL_GROW,
				   F_SEAL_GROW | F_SEAL_WRITE};
	char path[] = "/tmp/nsctl-test-arguments.XXXXXX";
	int fd;

	for (size_t i = 0; i < ARRAY_SIZE(some); i++)
		assert_int_equal(read_one(make(1, 0, "echo", 5, some[i])), -EBADMSG);
	/* the same bytes in a file without seals */
	fd = mkostemp(path, O_CLOEXEC);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(write(fd, "\1\0\0\0\0\0\0\0echo", 13), 13);
	assert_int_equal(read_one(fd), -EBADMSG);
}

static void test_other_kinds_of_descriptors_are_refused(void **state _unused_)
{
	int pair[2];

	assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
	close(pair[1]);
	assert_int_equal(read_one(pair[0]), -EBADMSG);
	assert_int_equal(read_one(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)), -EBADMSG);
	assert_int_equal(read_one(open("/proc/self/exe", O_RDONLY | O_CLOEXEC)), -EBADMSG);
	assert_int_equal(read_one(open("/dev/zero", O_RDONLY | O_CLOEXEC)), -EBADMSG);
	assert_int_equal(read_one(open("/", O_PATH | O_CLOEXEC)), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arguments_of_a_front_are_read),
		cmocka_unit_test(test_variables_are_set_and_defaulted),
		cmocka_unit_test(test_wrong_counts_are_refused),
		cmocka_unit_test(test_wrong_sizes_are_refused),
		cmocka_unit_test(test_unsealed_file_is_refused),
		cmocka_unit_test(test_other_kinds_of_descriptors_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
