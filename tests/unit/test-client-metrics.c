/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb metrics: metrics of the daemon in the text format of Prometheus. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "client/verbs.h"
#include "tests/unit/answering.h"

#define MORE(parameters) "{\"continues\":true,\"parameters\":" parameters "}"
#define LAST(parameters) "{\"parameters\":" parameters "}"

/* Runs the verb, whose calls get these replies. Returns its output. */
static char *metrics_of(const char *const *replies, bool as_json)
{
	char name[] = "metrics", *argv[] = {name, NULL};
	_cleanup_text_ struct text output = {0}, said = {0};
	struct client client;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	client_init(&client);
	client.socket_path = "/nothing/is/here";
	client.verb = metrics_verbs[0].name;
	client.json = as_json;
	assert_int_equal(connection_new(pair[0], &client.nsctl), 0);
	for (; *replies; replies++)
		assert_int_equal(write(pair[1], *replies, strlen(*replies) + 1),
				 strlen(*replies) + 1);
	assert_int_equal(shutdown(pair[1], SHUT_WR), 0);
	assert_int_equal(answering_run(&client, &metrics_verbs[0], 1, argv, &output, &said), 0);
	assert_string_equal(said.data, "");
	client_done(&client);
	close(pair[1]);
	return take_ptr(output.data);
}

/* A value that the daemon does not give is left out, and not printed as 0. A text becomes a
 * label. */
static void test_absent_value_is_left_out(void **state _unused_)
{
	static const char *const replies[] = {
		MORE("{\"name\":\"org.nsctl.memory\",\"description\":\"Memory\","
		     "\"type\":\"gauge\"}"),
		MORE("{\"name\":\"org.nsctl.cpu\",\"description\":\"Time\",\"type\":\"counter\"}"),
		LAST("{\"name\":\"org.nsctl.state\",\"description\":\"State\","
		     "\"type\":\"string\"}"),
		MORE("{\"name\":\"org.nsctl.memory\",\"object\":\"a\",\"value\":null}"),
		MORE("{\"name\":\"org.nsctl.memory\",\"object\":\"b\",\"value\":0,"
		     "\"fields\":{\"owner\":7}}"),
		MORE("{\"name\":\"org.nsctl.memory\",\"object\":\"c\",\"value\":[]}"),
		MORE("{\"name\":\"org.nsctl.cpu\",\"object\":\"a\"}"),
		MORE("{\"name\":\"org.nsctl.state\",\"object\":\"a\",\"value\":\"ready\"}"),
		LAST("{\"name\":\"org.nsctl.state\",\"object\":\"b\",\"value\":null}"),
		NULL};
	_cleanup_free_ char *output = metrics_of(replies, false);

	assert_string_equal(output, "# HELP nsctl_memory Memory\n"
				    "# TYPE nsctl_memory gauge\n"
				    "nsctl_memory{set=\"b\",owner=\"7\"} 0\n"
				    "# HELP nsctl_cpu Time\n"
				    "# TYPE nsctl_cpu counter\n"
				    "# HELP nsctl_state State\n"
				    "# TYPE nsctl_state gauge\n"
				    "nsctl_state{set=\"a\",value=\"ready\"} 1\n");
}

/* With --json, metrics are printed as the daemon gives them. */
static void test_metrics_are_printed_as_json(void **state _unused_)
{
	static const char *const replies[] = {
		LAST("{\"name\":\"org.nsctl.sets\",\"description\":\"Sets\",\"type\":\"gauge\"}"),
		LAST("{\"name\":\"org.nsctl.sets\",\"value\":80}"), NULL};
	_cleanup_free_ char *output = metrics_of(replies, true);

	assert_string_equal(output, "{\"name\":\"org.nsctl.sets\",\"value\":80}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_absent_value_is_left_out),
		cmocka_unit_test(test_metrics_are_printed_as_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
