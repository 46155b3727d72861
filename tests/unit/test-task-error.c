/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* task-error.c: the errors that clients get for the reports of workers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base.h"
#include "daemon/keeper/policy/task-error.h"
#include "daemon/kernel/fault.h"

static void test_error_about_a_value_names_the_field(void **state _unused_)
{
	/* an errno about a value gives an error about the field, any other one a system error */
	static const struct {
		uint32_t step, detail;
		const char *field;
	} rows[] = {
		{STEP_MOUNT, 3, "spec.mounts[3]"},
		{STEP_PATH, 0, "spec.mounts[0].source"},
		{STEP_PATH, SPEC_MOUNTS_MAX, "spec.rootPath"},
		{STEP_ROOT, 0, "spec.rootFileDescriptor"},
		{STEP_CLOCKS, 0, "spec.clocks"},
		{STEP_DIRECTORY, 0, "workingDirectory"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct task_report report = {
			.step = rows[i].step, .detail = rows[i].detail, .error = EACCES};
		struct failure failure;

		assert_int_equal(task_error(&report, &failure), ERROR_INVALID_VALUE);
		assert_string_equal(failure.subject, rows[i].field);
		assert_non_null(strstr(failure.text, strerror(EACCES)));
		report.error = ENOMEM;
		assert_int_equal(task_error(&report, &failure), ERROR_SYSTEM);
		assert_int_equal(failure.number, ENOMEM);
		assert_non_null(strstr(failure.subject, rows[i].field));
	}
}

static void test_error_about_a_namespace_names_its_limit(void **state _unused_)
{
	struct task_report report = {.step = STEP_UNSHARE, .detail = KIND_NET, .error = ENOSPC};
	struct failure failure;

	assert_int_equal(task_error(&report, &failure), ERROR_SYSTEM);
	assert_non_null(strstr(failure.subject, "user.max_net_namespaces"));
	report.error = EPERM;
	task_error(&report, &failure);
	assert_non_null(strstr(failure.subject, "(net)"));
	assert_null(strstr(failure.subject, "user.max_"));
	/* whose limit it was is not always known */
	report = (struct task_report){.step = STEP_UNSHARE, .detail = KIND_COUNT, .error = ENOSPC};
	task_error(&report, &failure);
	assert_non_null(strstr(failure.subject, "user.max_*_namespaces"));
}

static void test_missing_features_are_named(void **state _unused_)
{
	static const struct {
		uint32_t step;
		int error;
		enum nsctl_error told;
		const char *subject;
	} rows[] = {
		{STEP_CONTROLLER, EOPNOTSUPP, ERROR_NOT_SUPPORTED, "limits"},
		{STEP_RESOLVER, ENOENT, ERROR_INVALID_VALUE, "spec.dns"},
		{STEP_IP_NETNS, EEXIST, ERROR_EXISTS, "namespace under /run/netns"},
		{STEP_CALLER, ESTALE, ERROR_NOT_PERMITTED, "from here"},
		{STEP_CALLER, EPERM, ERROR_NOT_PERMITTED, "user namespaces"},
		{STEP_ARGUMENTS, EBADMSG, ERROR_INVALID_VALUE, "commandFileDescriptor"},
		{STEP_TERMINAL, EPERM, ERROR_INVALID_VALUE, "terminalFileDescriptor"},
		{STEP_TERMINAL, ENOTTY, ERROR_INVALID_VALUE, "terminalFileDescriptor"},
		{STEP_TERMINAL, EMFILE, ERROR_SYSTEM, "take the terminal"},
		{STEP_FIREWALL, EOPNOTSUPP, ERROR_NOT_SUPPORTED, "egress and published ports"},
		{STEP_FIREWALL, EPERM, ERROR_SYSTEM, "change the packet filter's table"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct task_report report = {.step = rows[i].step, .error = rows[i].error};
		struct failure failure;

		assert_int_equal(task_error(&report, &failure), rows[i].told);
		assert_string_equal(failure.subject, rows[i].subject);
	}
}

static void test_error_about_a_link_names_the_end(void **state _unused_)
{
	struct task_report report = {.step = STEP_ADDRESS, .detail = 5, .error = EEXIST};
	struct failure failure;

	task_error_of_link(&report, true, &failure);
	assert_int_equal(failure.error, ERROR_INVALID_VALUE);
	assert_string_equal(failure.subject, "spec.links[2].peer.addresses");
	report.detail = 0;
	task_error_of_link(&report, false, &failure);
	assert_string_equal(failure.subject, "a.addresses");
	report.detail = 1;
	task_error_of_link(&report, false, &failure);
	assert_string_equal(failure.subject, "b.addresses");
	report = (struct task_report){.step = STEP_IMPAIR, .error = ENOENT};
	task_error_of_link(&report, false, &failure);
	assert_int_equal(failure.error, ERROR_NOT_SUPPORTED);
	assert_string_equal(failure.subject, "impairments");
	/* errors for which no field is to blame */
	report = (struct task_report){.step = STEP_ADDRESS, .error = ENOBUFS};
	task_error_of_link(&report, false, &failure);
	assert_int_equal(failure.error, ERROR_SYSTEM);
	assert_int_equal(failure.number, ENOBUFS);
}

/* The specification has no link for the way to the outside. */
static void test_error_about_the_way_names_no_link_of_its_own(void **state _unused_)
{
	struct task_report report = {.step = STEP_ROUTE, .detail = 6, .error = EEXIST};
	struct failure failure;

	task_error_of_way(&report, &failure);
	assert_int_equal(failure.error, ERROR_INVALID_VALUE);
	assert_string_equal(failure.subject, "spec.links");
	report.error = ENOBUFS;
	task_error_of_way(&report, &failure);
	assert_int_equal(failure.error, ERROR_SYSTEM);
	assert_string_equal(failure.subject, step_text(STEP_ROUTE));
}

static void test_missed_deadline_is_a_system_error(void **state _unused_)
{
	const struct task_report report = {.step = STEP_LATE, .error = ETIMEDOUT};
	struct failure failure;

	/* what a worker waited for is not known */
	assert_int_equal(task_error(&report, &failure), ERROR_SYSTEM);
	assert_string_equal(failure.subject, step_text(STEP_LATE));
	assert_non_null(strstr(failure.subject, "file system"));
	assert_non_null(strstr(failure.subject, "packet filter"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_error_about_a_value_names_the_field),
		cmocka_unit_test(test_error_about_a_namespace_names_its_limit),
		cmocka_unit_test(test_missing_features_are_named),
		cmocka_unit_test(test_error_about_a_link_names_the_end),
		cmocka_unit_test(test_error_about_the_way_names_no_link_of_its_own),
		cmocka_unit_test(test_missed_deadline_is_a_system_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
