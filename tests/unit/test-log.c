/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * log.c on a stderr that is not the journal: which lines are written, and in which form. No words
 * of a client break out of their line, and a reader that sleeps does not stop the daemon.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>

#include "base.h"
#include "daemon/keeper/base/log-limit.h"
#include "daemon/keeper/base/log.h"

static int read_fd = -1, stderr_fd = -1;

/* stderr is a pipe of ours while something is logged. */
static void capture(void)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	stderr_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	assert_true(stderr_fd >= 0);
	assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	close(ends[1]);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	read_fd = ends[0];
}

static void release(void)
{
	dup2(stderr_fd, STDERR_FILENO);
	stderr_fd = close_fd(stderr_fd);
	read_fd = close_fd(read_fd);
}

/* Returns the output as a string. */
static const char *written(void)
{
	static char text[8192];
	ssize_t n = read(read_fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void check_line(const char *got, const char *wanted)
{
	if (strcmp(got, wanted) != 0) {
		release();
		fail_msg("got: %s", got);
	}
}

static void test_levels_have_names(void **state _unused_)
{
	static const struct {
		const char *name;
		int level;
	} rows[] = {
		{"error", LOG_ERR}, {"warning", LOG_WARNING}, {"notice", LOG_NOTICE},
		{"info", LOG_INFO}, {"debug", LOG_DEBUG},     {"", -EINVAL},
		{"Error", -EINVAL}, {"errors", -EINVAL},      {"err", -EINVAL},
		{"7", -EINVAL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(log_level_from_name(rows[i].name), rows[i].level);
}

/* Checks for each threshold which levels are written. */
static void test_only_levels_up_to_the_threshold_are_written(void **state _unused_)
{
	capture();
	for (int limit = LOG_ERR; limit <= LOG_DEBUG; limit++) {
		log_open(limit);
		for (int level = LOG_ERR; level <= LOG_DEBUG; level++) {
			log_line(level, NULL, "line");
			check_line(written(), level <= limit ? "nsctld: line\n" : "");
		}
	}
	release();
}

static void test_line_has_fields(void **state _unused_)
{
	static const struct {
		struct log_fields fields;
		const char *line;
	} rows[] = {
		{{}, "nsctld: a b 7\n"},
		{{.has_uid = true}, "nsctld: a b 7 uid=0\n"},
		{{.uid = 5}, "nsctld: a b 7\n"},
		{{.has_uid = true,
		  .uid = 4294967294,
		  .method = "Exec",
		  .set = "box",
		  .session = "0123456789abcdef",
		  .error = ENOENT},
		 "nsctld: a b 7 uid=4294967294 method=Exec set=box session=0123456789abcdef "
		 "errno=ENOENT\n"},
		{{.set = "x\ny\033[31m\x7f"}, "nsctld: a b 7 set=x?y?[31m?\n"},
	};

	capture();
	log_open(LOG_INFO);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		log_line(LOG_INFO, &rows[i].fields, "a %s %d", "b", 7);
		check_line(written(), rows[i].line);
	}
	log_notice("none");
	check_line(written(), "nsctld: none\n");
	release();
}

static void test_control_characters_are_replaced(void **state _unused_)
{
	static const struct {
		const char *text, *line;
	} rows[] = {
		{"a\nnsctld: b", "nsctld: a?nsctld: b\n"},
		{"\r\t\b\a\033]0;x\a", "nsctld: ?????]0;x?\n"},
		{"\x01\x1f\x7f", "nsctld: ???\n"},
		/* control characters of the upper half; other characters stay */
		{"\xc2\x9b"
		 "31m \xc2\x80\xc2\x9f\xc2\xa0",
		 "nsctld: ??31m ????\xc2\xa0\n"},
		{"gr\xc3\xbc\xc3\x9f \xe2\x82\xac", "nsctld: gr\xc3\xbc\xc3\x9f \xe2\x82\xac\n"},
		{"cut \xc2", "nsctld: cut \xc2\n"},
		{"%s%n", "nsctld: %s%n\n"},
	};

	capture();
	log_open(LOG_INFO);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		log_notice("%s", rows[i].text);
		check_line(written(), rows[i].line);
	}
	release();
}

/* A long line is cut, ends with a newline, and is one write. */
static void test_long_line_is_one_write(void **state _unused_)
{
	char text[5000];
	struct log_fields fields = {.has_uid = true, .set = text, .session = text};
	const char *got;

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	capture();
	log_open(LOG_INFO);
	log_line(LOG_INFO, NULL, "%s", text);
	got = written();
	assert_true(strlen(got) > 800 && strlen(got) < 1024);
	assert_ptr_equal(strchr(got, '\n'), got + strlen(got) - 1);
	log_line(LOG_INFO, &fields, "%s", text);
	got = written();
	assert_true(strlen(got) > 900 && strlen(got) < 1024);
	assert_ptr_equal(strchr(got, '\n'), got + strlen(got) - 1);
	release();
}

/* With a full pipe, lines are dropped and counted; the count is written when there is room. */
static void test_full_pipe_drops_and_counts_lines(void **state _unused_)
{
	char page[4096];
	const char *got;
	int lines = 0;

	capture();
	log_open(LOG_INFO);
	alarm(600); /* a write that waits would wait for ever */
	for (int i = 0; i < 10000; i++)
		log_notice("line %d", i);
	while (read(read_fd, page, 1) == 1)
		lines += *page == '\n';
	assert_in_range(lines, 1, 9999);
	log_notice("after");
	alarm(0);
	snprintf(page, sizeof(page), "nsctld: after (%d lines before this one were lost)\n",
		 10000 - lines);
	check_line(written(), page);
	log_notice("again");
	got = written();
	check_line(got, "nsctld: again\n");
	release();
}

/* $JOURNAL_STREAM may be that of another process, which has started this one with another
 * stderr. */
static void test_stderr_that_is_not_the_journal_gets_text(void **state _unused_)
{
	static const char *const streams[] = {"1:1", "", "x", "8:", "0:0"};

	for (size_t i = 0; i < ARRAY_SIZE(streams); i++) {
		setenv("JOURNAL_STREAM", streams[i], 1);
		capture();
		log_open(LOG_INFO);
		log_notice("line");
		check_line(written(), "nsctld: line\n");
		release();
	}
	unsetenv("JOURNAL_STREAM");
}

/* --- lines that users cause --- */

static void test_limit_holds_for_each_user_and_kind(void **state _unused_)
{
	static struct log_limit limit;
	const uint64_t start = LOG_LIMIT_MINUTE;
	struct log_count count;

	for (int i = 0; i < 10; i++) {
		assert_int_equal(log_limit_admits(&limit, start + i, 1000, "refused", 3), i < 3);
		/* neither another's lines nor other lines are hit by it */
		assert_int_equal(log_limit_admits(&limit, start + i, 1001, "refused", 3), i < 3);
		assert_int_equal(log_limit_admits(&limit, start + i, 1000, "failed", 5), i < 5);
	}
	assert_true(log_limit_has_counts(&limit));
	assert_false(log_limit_take(&limit, start + 100, &count));
	/* nothing more of the kind is written before the count is told */
	assert_false(log_limit_admits(&limit, start + LOG_LIMIT_MINUTE, 1000, "refused", 3));
	assert_true(log_limit_take(&limit, start + LOG_LIMIT_MINUTE, &count));
	assert_string_equal(count.kind, "refused");
	assert_int_equal(count.uid, 1000);
	assert_int_equal(count.more, 8);
	assert_true(log_limit_take(&limit, start + LOG_LIMIT_MINUTE, &count));
	assert_int_equal(count.uid, 1001);
	assert_int_equal(count.more, 7);
	assert_true(log_limit_take(&limit, start + LOG_LIMIT_MINUTE, &count));
	assert_string_equal(count.kind, "failed");
	assert_int_equal(count.more, 5);
	assert_false(log_limit_take(&limit, start + LOG_LIMIT_MINUTE, &count));
	assert_false(log_limit_has_counts(&limit));
	assert_true(log_limit_admits(&limit, start + LOG_LIMIT_MINUTE, 1000, "refused", 3));
}

/* If there are more users than places, the lines of the others are counted together. */
static void test_users_beyond_the_places_are_counted_together(void **state _unused_)
{
	static struct log_limit limit;
	const uint64_t start = LOG_LIMIT_MINUTE;
	struct log_count count;

	for (uid_t uid = 0; uid < LOG_LIMIT_COUNTS + 10; uid++)
		assert_int_equal(log_limit_admits(&limit, start, uid, "refused", 3),
				 uid < LOG_LIMIT_COUNTS);
	assert_true(log_limit_take(&limit, start, &count));
	assert_null(count.kind);
	assert_int_equal(count.more, 10);
	assert_false(log_limit_has_counts(&limit));
	/* places are free again when their minute is over */
	for (uid_t uid = 5000; uid < 5000 + LOG_LIMIT_COUNTS; uid++)
		assert_true(log_limit_admits(&limit, start + LOG_LIMIT_MINUTE, uid, "refused", 3));
	assert_false(log_limit_has_counts(&limit));
}

static void count_call(void *context)
{
	++*(int *)context;
}

static void test_lines_of_users_are_limited(void **state _unused_)
{
	const struct log_fields fields = {.has_uid = true, .uid = 1000};
	int lines = 0, counted = 0;

	log_open(LOG_INFO);
	log_on_count(count_call, &counted);
	capture();
	for (int i = 0; i < 100; i++)
		log_by_user("tries", LOG_NOTICE, &fields, "try %d", i);
	for (const char *at = written(); (at = strstr(at, "nsctld: try ")); at++)
		lines++;
	release();
	log_on_count(NULL, NULL);
	assert_int_equal(lines, 20);
	assert_int_equal(counted, 80);
}

static void test_lines_of_operations_have_a_higher_limit(void **state _unused_)
{
	const struct log_fields fields = {.has_uid = true, .uid = 3};
	int lines = 0, counted = 0;

	log_open(LOG_INFO);
	log_on_count(count_call, &counted);
	capture();
	for (int i = 0; i < 1100; i++) {
		log_operation("sets created", LOG_INFO, &fields, "created");
		lines += strstr(written(), "nsctld: created") != NULL;
	}
	release();
	log_on_count(NULL, NULL);
	assert_int_equal(lines, 1000);
	assert_int_equal(counted, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels_have_names),
		cmocka_unit_test(test_only_levels_up_to_the_threshold_are_written),
		cmocka_unit_test(test_line_has_fields),
		cmocka_unit_test(test_control_characters_are_replaced),
		cmocka_unit_test(test_long_line_is_one_write),
		cmocka_unit_test(test_full_pipe_drops_and_counts_lines),
		cmocka_unit_test(test_stderr_that_is_not_the_journal_gets_text),
		cmocka_unit_test(test_limit_holds_for_each_user_and_kind),
		cmocka_unit_test(test_users_beyond_the_places_are_counted_together),
		cmocka_unit_test(test_lines_of_users_are_limited),
		cmocka_unit_test(test_lines_of_operations_have_a_higher_limit),
	};

	unsetenv("JOURNAL_STREAM");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
