/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Metrics of sets. A cgroup may have memory and time, one of them, or none. A missing value is left
 * out, and 0 is a value. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>

#include "base.h"
#include "daemon/front/metrics.h"
#include "tests/unit/answer.h"
#include "tests/unit/cgroups.h"

/* The sets, each with what its cgroup's files say; NULL: there is no such file. */
static const struct {
	const char *name, *memory, *time;
	bool gone; /* there is no such cgroup */
	const char *metrics;
} rows[] = {
	{"both", "0\n", "usage_usec 1500000\nuser_usec 7\n", false,
	 "set_memory_bytes 0 set_cpu_seconds_total 1.5 "},
	{"memory", "4096\n", NULL, false, "set_memory_bytes 4096 "},
	{"time", NULL, "usage_usec 0\n", false, "set_cpu_seconds_total 0.0 "},
	{"other", NULL, "nr_periods 3\n", false, ""},
	{"none", NULL, NULL, false, ""},
	{"gone", NULL, NULL, true, ""},
};

static const char *path_of(const char *directory, const char *name, const char *file)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s%s", directory, name, file);
	return path;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = text ? fopen(path, "we") : NULL;

	if (!text)
		return;
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* Makes directories that read like cgroups, below the front's directory of cgroups. */
static void make_cgroups(char *directory)
{
	assert_non_null(mkdtemp(directory));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].gone)
			continue;
		assert_int_equal(mkdir(path_of(directory, rows[i].name, ""), 0700), 0);
		write_file(path_of(directory, rows[i].name, "/memory.current"), rows[i].memory);
		write_file(path_of(directory, rows[i].name, "/cpu.stat"), rows[i].time);
	}
	cgroups_begin(directory);
}

static void remove_cgroups(const char *directory)
{
	close(CGROUPS_FD);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		(void)unlink(path_of(directory, rows[i].name, "/memory.current"));
		(void)unlink(path_of(directory, rows[i].name, "/cpu.stat"));
		(void)rmdir(path_of(directory, rows[i].name, ""));
	}
	assert_int_equal(rmdir(directory), 0);
}

/* Writes "NAME VALUE " for each of the set's metrics, except those that every set has. */
static void write_metrics(const json_t *list, const char *set, char *ret, size_t size)
{
	json_t *metric;
	size_t i, used = 0;

	*ret = '\0';
	json_array_foreach(list, i, metric) {
		const char *object = json_string_value(json_object_get(metric, "object"));
		const char *name = json_string_value(json_object_get(metric, "name"));
		_cleanup_free_ char *value =
			json_dumps(json_object_get(metric, "value"), JSON_ENCODE_ANY);

		assert_non_null(value);
		assert_non_null(name);
		name += strlen("org.nsctl.");
		if (object && strcmp(object, set) == 0 && strcmp(name, "set_state") != 0 &&
		    strcmp(name, "set_processes") != 0)
			used += (size_t)snprintf(ret + used, size - used, "%s %s ", name, value);
		assert_true(used < size);
	}
}

static void test_value_that_a_cgroup_lacks_is_left_out(void **state _unused_)
{
	char directory[] = "/tmp/nsctl-test-XXXXXX", metrics[256];
	struct wire_summary set;
	struct wire_list cursor;
	struct answer answer;
	json_int_t count = 0;
	json_t *list;
	bool more;

	make_cgroups(directory);
	answer_begin(&answer);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		wire_clear(&wire_summary_layout, &set);
		set.name = set.processes_in = rows[i].name;
		set.state = SET_READY;
		assert_true(wire_put_item(&answer.writer, WIRE_ITEM_SUMMARY, &wire_summary_layout,
					  &set));
	}
	list = metrics_sets(answer_message(&answer), &cursor, &more, &count);
	answer_done(&answer);
	remove_cgroups(directory);
	assert_false(more);
	assert_int_equal(count, ARRAY_SIZE(rows));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		write_metrics(list, rows[i].name, metrics, sizeof(metrics));
		assert_string_equal(metrics, rows[i].metrics);
	}
	json_decref(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_value_that_a_cgroup_lacks_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
