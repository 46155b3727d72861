/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which kinds of descriptors a command accepts for which purpose. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>
#include "daemon/kernel/descriptors.h"
#include "tests/unit/source.h"

enum which {
	NOTHING,
	READER,	     /* of a pipe */
	WRITER,	     /* of a pipe */
	NULL_DEVICE, /* /dev/null */
	PATH,	     /* O_PATH of /dev/null */
	PATH_PIPE,   /* O_PATH of a fifo, by /proc */
	FILE_FD,     /* a regular file */
	CLOSED,	     /* a number that is no descriptor */
	WHICH_COUNT,
};
static int fds[WHICH_COUNT];

static int open_fds(void **state _unused_)
{
	char path[64];
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[1]);
	fds[NOTHING] = -1;
	fds[READER] = ends[0];
	fds[WRITER] = ends[1];
	fds[NULL_DEVICE] = open("/dev/null", O_RDWR | O_CLOEXEC);
	fds[PATH] = open("/dev/null", O_PATH | O_CLOEXEC);
	fds[PATH_PIPE] = open(path, O_PATH | O_CLOEXEC);
	fds[FILE_FD] = open(source_path("base.h"), O_RDONLY | O_CLOEXEC);
	fds[CLOSED] = 1000;
	for (enum which which = READER; which < CLOSED; which++)
		assert_true(fds[which] >= 0);
	return 0;
}

static int close_fds(void **state _unused_)
{
	for (enum which which = READER; which < CLOSED; which++)
		close(fds[which]);
	return 0;
}

static void test_command_takes_descriptors_of_the_right_kinds(void **state _unused_)
{
	static const struct {
		enum which status, terminal, in, out, err;
		int blamed; /* -1: nothing */
	} rows[] = {
		{.blamed = -1},
		{.status = WRITER, .in = READER, .out = WRITER, .err = FILE_FD, .blamed = -1},
		{.terminal = NULL_DEVICE, .in = NULL_DEVICE, .blamed = -1},
		{.status = READER, .blamed = DESCRIPTOR_STATUS},
		{.status = FILE_FD, .blamed = DESCRIPTOR_STATUS},
		{.status = NULL_DEVICE, .blamed = DESCRIPTOR_STATUS},
		{.status = PATH_PIPE, .blamed = DESCRIPTOR_STATUS},
		{.status = CLOSED, .blamed = DESCRIPTOR_STATUS},
		{.terminal = FILE_FD, .blamed = DESCRIPTOR_TERMINAL},
		{.terminal = WRITER, .blamed = DESCRIPTOR_TERMINAL},
		{.terminal = PATH, .blamed = DESCRIPTOR_TERMINAL},
		{.terminal = CLOSED, .blamed = DESCRIPTOR_TERMINAL},
		{.in = PATH, .blamed = DESCRIPTOR_STDIN},
		{.out = PATH, .blamed = DESCRIPTOR_STDOUT},
		{.err = PATH, .blamed = DESCRIPTOR_STDERR},
		{.err = CLOSED, .blamed = DESCRIPTOR_STDERR},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fault fault = {};
		struct wire_command command;
		int r;

		wire_clear(&wire_command_layout, &command);
		command.status_fd = fds[rows[i].status];
		command.terminal_fd = fds[rows[i].terminal];
		command.stdin_fd = fds[rows[i].in];
		command.stdout_fd = fds[rows[i].out];
		command.stderr_fd = fds[rows[i].err];
		r = descriptors_check(&command, &fault);
		if (rows[i].blamed < 0 ? r != 0 || fault.step != STEP_NONE
				       : r != -EINVAL || fault.step != STEP_DESCRIPTOR ||
						 (int)fault.detail != rows[i].blamed)
			fail_msg("row %zu: %d: step %u, detail %u", i, r, fault.step, fault.detail);
	}
}

static void test_capture_takes_descriptors_of_the_right_kinds(void **state _unused_)
{
	static const struct {
		enum which file, stop;
		int blamed; /* -1: nothing */
	} rows[] = {
		{WRITER, NOTHING, -1},
		{NULL_DEVICE, READER, -1},
		{READER, NOTHING, DESCRIPTOR_CAPTURE},
		{FILE_FD, NOTHING, DESCRIPTOR_CAPTURE},
		{PATH, NOTHING, DESCRIPTOR_CAPTURE},
		{CLOSED, NOTHING, DESCRIPTOR_CAPTURE},
		{WRITER, WRITER, DESCRIPTOR_STOP},
		{WRITER, NULL_DEVICE, DESCRIPTOR_STOP},
		{WRITER, PATH_PIPE, DESCRIPTOR_STOP},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct task_capture task = {.capture_fd = fds[rows[i].file],
						  .stop_fd = fds[rows[i].stop]};
		struct fault fault = {};
		int r = descriptors_check_capture(&task, &fault);

		if (rows[i].blamed < 0 ? r != 0 || fault.step != STEP_NONE
				       : r != -EINVAL || fault.step != STEP_DESCRIPTOR ||
						 (int)fault.detail != rows[i].blamed)
			fail_msg("row %zu: %d: step %u, detail %u", i, r, fault.step, fault.detail);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command_takes_descriptors_of_the_right_kinds),
		cmocka_unit_test(test_capture_takes_descriptors_of_the_right_kinds),
	};

	return cmocka_run_group_tests(tests, open_fds, close_fds);
}
