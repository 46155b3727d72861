/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The keeper's answers as JSON: each to the letter, and held against the interface description.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base.h"
#include "daemon/front/method.h"
#include "daemon/front/reply.h"
#include "protocol/error.h"
#include "protocol/idl.h"
#include "tests/unit/answer.h"

/* In the year 2100: a set that was made then has the age 0. */
#define FAR_FUTURE UINT64_C(4102444800000000)

static struct idl *idl;

static int setup(void **state _unused_)
{
	return idl_parse(idl_text_nsctl, &idl, NULL);
}

static int teardown(void **state _unused_)
{
	idl = idl_free(idl);
	return 0;
}

/* The reply of a method. */
static json_t *encode(const char *name, struct wire_message *message, struct reply_fds *fds)
{
	return encode_reply(method_find(name)->reply, message, fds);
}

/* Compares, fits against the description, and frees got. */
static void check_reply(const char *name, json_t *got, const char *expected)
{
	json_t *wanted = parse(expected);
	char path[IDL_PATH_SIZE];

	assert_non_null(got);
	if (!idl_check_output(idl, idl_method(idl, name), got, path))
		fail_msg("%s: %s does not fit the interface", name, path);
	if (!json_equal(got, wanted))
		fail_msg("%s: %s", name, json_dumps(got, JSON_COMPACT | JSON_SORT_KEYS));
	json_decref(wanted);
	json_decref(got);
}

static void test_set_is_encoded(void **state _unused_)
{
	static struct wire_set set;
	const json_t *allow;
	struct answer answer;
	json_t *json;

	wire_clear(&wire_set_layout, &set);
	set.name = "box";
	set.owner = 4000000000;
	set.id = "0123456789abcdef";
	set.state = SET_READY;
	set.created = 1500000;
	set.expires = 2000000;
	set.init = 7;
	set.cgroup = "/nsctl/x";
	set.processes = 3;
	set.n_namespaces = 2;
	set.namespaces[0] = (struct wire_namespace){.kind_number = KIND_MNT + 1,
						    .held = true,
						    .inode = 4026531841,
						    .id = UINT64_C(1) << 40,
						    .path = "/x",
						    .descriptor_fd = -1};
	set.namespaces[1] =
		(struct wire_namespace){.kind_number = KIND_TIME + 1, .descriptor_fd = -1};
	set.n_interfaces = 1;
	set.interfaces[0] =
		(struct wire_interface){.name = "lo", .index = 1, .up = true, .n_addresses = 1};
	set.interfaces[0].addresses[0].text = "127.0.0.1/8";
	answer_begin(&answer);
	wire_put(&answer.writer, &wire_set_layout, &set);
	check_reply("Get", encode("Get", answer_message(&answer), &answer.fds),
		    "{\"set\":{\"name\":\"box\",\"owner\":4000000000,\"id\":\"0123456789abcdef\","
		    "\"state\":\"ready\",\"created\":1.5,\"expires\":2.0,\"init\":7,\"cgroup\":"
		    "\"/nsctl/x\",\"usage\":{\"processes\":3,\"sessions\":0},\"spec\":{"
		    "\"namespaces\":[]},\"namespaces\":[{\"type\":\"mnt\",\"held\":true,\"inode\":"
		    "4026531841,\"id\":1099511627776,\"path\":\"/x\"},{\"type\":\"time\",\"held\":"
		    "false,\"inode\":0}],\"interfaces\":[{\"name\":\"lo\",\"index\":1,\"up\":true,"
		    "\"addresses\":[\"127.0.0.1/8\"]}]}}");
	set.spec.reach.listed = true; /* to nothing */
	answer_done(&answer);
	answer_begin(&answer);
	wire_put(&answer.writer, &wire_set_layout, &set);
	json = encode("Get", answer_message(&answer), &answer.fds);
	allow = json_object_get(json_object_get(json_object_get(json, "set"), "spec"), "allow");
	assert_true(json_is_array(allow) && json_array_size(allow) == 0);
	json_decref(json);
	check_reply("Renew", encode("Renew", &answer.message, &answer.fds), "{\"expires\":2.0}");
	check_reply("Identify", encode("Identify", &answer.message, &answer.fds),
		    "{\"set\":\"box\",\"owner\":4000000000,\"namespaces\":[{\"type\":\"mnt\","
		    "\"held\":true,\"inode\":4026531841,\"id\":1099511627776,\"path\":\"/x\"},"
		    "{\"type\":\"time\",\"held\":false,\"inode\":0}]}");
	answer_done(&answer);
}

static void test_session_is_encoded(void **state _unused_)
{
	struct wire_session session = {.session = "0123456789abcdef",
				       .set = "box",
				       .pid = 9,
				       .process_fd = 1000,
				       .started = 1000000};
	struct answer answer;

	answer_begin(&answer);
	wire_put(&answer.writer, &wire_session_layout, &session);
	check_reply("Run", encode("Run", answer_message(&answer), &answer.fds),
		    "{\"name\":\"box\",\"session\":\"0123456789abcdef\",\"pid\":9,"
		    "\"processFileDescriptor\":0}");
	assert_true(answer.fds.n == 1 && answer.fds.fds[0] == 1000);
	answer_done(&answer);

	session.process_fd = -1;
	session.pid = 0;
	session.ended = 2000000;
	session.exited = true;
	session.n_words = 2;
	session.words[1].text = "b";
	answer_begin(&answer);
	wire_put(&answer.writer, &wire_session_layout, &session);
	assert_true(
		wire_put_item(&answer.writer, WIRE_ITEM_SESSION, &wire_session_layout, &session));
	check_reply("WaitSession", encode("WaitSession", answer_message(&answer), &answer.fds),
		    "{\"exitStatus\":0}");
	check_reply("Exec", encode("Exec", &answer.message, &answer.fds),
		    "{\"session\":\"0123456789abcdef\",\"exitStatus\":0}");
	check_reply("ListSessions", encode("ListSessions", &answer.message, &answer.fds),
		    "{\"sessions\":[{\"session\":\"0123456789abcdef\",\"command\":[\"\",\"b\"],"
		    "\"started\":1.0,\"ended\":2.0,\"exitStatus\":0}]}");
	answer_done(&answer);

	session.exited = false;
	session.signal = 9;
	answer_begin(&answer);
	wire_put(&answer.writer, &wire_session_layout, &session);
	check_reply("WaitSession", encode("WaitSession", answer_message(&answer), &answer.fds),
		    "{\"signal\":9}");
	check_reply("Kill", encode("Kill", &answer.message, &answer.fds), "{}");
	answer_done(&answer);
}

/* Returns the bit of a column. */
static uint32_t column(const char *name)
{
	uint32_t i = 0;

	while (strcmp(set_column_words[i], name) != 0)
		i++;
	return UINT32_C(1) << i;
}

static void test_lists_are_encoded(void **state _unused_)
{
	struct wire_namespace namespace = {.kind_number = KIND_NET + 1, .descriptor_fd = 1000};
	struct wire_count counts[] = {
		{COUNT_LIMIT, "sets", 5}, {COUNT_USED, "sets", 1}, {COUNT_COUNTER, "created", 9}};
	struct wire_status status = {.started = 1000000, .allowed = ALLOW_IP_NETNS};
	const struct method *list = method_find("List");
	struct wire_list cursor = {.after_owner = 5, .after_name = "a"}, got;
	struct wire_list asked = {.summary = true};
	static struct wire_summary summary;
	struct answer answer;
	json_t *json;

	answer_begin(&answer);
	for (size_t i = 0; i < 2; i++)
		assert_true(wire_put_item(&answer.writer, WIRE_ITEM_NAMESPACE,
					  &wire_namespace_layout, &namespace));
	answer.writer.fds[1] = 1001;
	check_reply("OpenNamespaces",
		    encode("OpenNamespaces", answer_message(&answer), &answer.fds),
		    "{\"namespaces\":[{\"type\":\"net\",\"namespaceFileDescriptor\":0},{\"type\":"
		    "\"net\",\"namespaceFileDescriptor\":1}]}");
	assert_true(answer.fds.n == 2 && answer.fds.fds[1] == 1001);
	answer_done(&answer);

	answer_begin(&answer);
	wire_put(&answer.writer, &wire_status_layout, &status);
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++)
		assert_true(wire_put_item(&answer.writer, WIRE_ITEM_COUNT, &wire_count_layout,
					  &counts[i]));
	json = encode_status(answer_message(&answer));
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(json, "limits"), "sets")), 5);
	assert_true(json_is_true(json_object_get(json_object_get(json, "features"), "ipNetns")));
	assert_true(json_is_false(
		json_object_get(json_object_get(json, "features"), "userNamespaces")));
	assert_string_equal(json_string_value(json_object_get(json, "version")), PACKAGE_VERSION);
	/* other members depend on this machine: only their types are checked */
	{
		char path[IDL_PATH_SIZE];

		assert_true(idl_check_output(idl, idl_method(idl, "GetStatus"), json, path));
	}
	json_decref(json);
	answer_done(&answer);

	wire_clear(&wire_summary_layout, &summary);
	summary.name = "a";
	summary.owner = 4000000000;
	summary.kinds = KIND_BIT(KIND_UTS);
	summary.state = SET_REMOVING;
	summary.created = FAR_FUTURE;
	answer_begin(&answer);
	wire_put(&answer.writer, &wire_list_layout, &cursor);
	assert_true(
		wire_put_item(&answer.writer, WIRE_ITEM_SUMMARY, &wire_summary_layout, &summary));
	check_reply("List", encode_page(list->reply, &asked, answer_message(&answer)),
		    "{\"sets\":[],\"summaries\":[{\"name\":\"a\",\"owner\":4000000000,\"state\":"
		    "\"removing\",\"namespaces\":[\"uts\"],\"addresses\":[],\"processes\":0,"
		    "\"created\":4102444800.0,\"age\":0}]}");
	assert_true(page_follows(&answer.message, &got) && got.after_owner == 5);
	assert_string_equal(got.after_name, "a");
	answer_done(&answer);

	summary.state = SET_READY;
	summary.frozen = true;
	summary.parent = "b";
	summary.processes = 1;
	summary.expires = 2000000;
	summary.addresses[summary.n_addresses++].text = "10.0.0.1/24";
	summary.addresses[summary.n_addresses++].text = "fd00::1/64";
	summary.publish[summary.n_publish++] =
		(struct spec_publish){.protocol = PUBLISH_TCP, .host_port = 8080, .port = 80};
	answer_begin(&answer);
	assert_true(
		wire_put_item(&answer.writer, WIRE_ITEM_SUMMARY, &wire_summary_layout, &summary));
	check_reply("List", encode_page(list->reply, &asked, answer_message(&answer)),
		    "{\"sets\":[],\"summaries\":[{\"name\":\"a\",\"owner\":4000000000,\"state\":"
		    "\"ready\",\"namespaces\":[\"uts\"],\"addresses\":[\"10.0.0.1/24\","
		    "\"fd00::1/64\"],\"processes\":1,\"created\":4102444800.0,"
		    "\"expires\":2.0,\"parent\":\"b\",\"publish\":[{\"protocol\":\"tcp\","
		    "\"hostPort\":8080,\"port\":80}],"
		    "\"frozen\":true,\"age\":0}]}");
	assert_false(page_follows(&answer.message, &got));
	answer_done(&answer);

	/* the same, and one set more, in some columns */
	asked.columns = column("name") | column("addresses") | column("expires") |
			column("ownerName") | column("frozen");
	answer_begin(&answer);
	assert_true(
		wire_put_item(&answer.writer, WIRE_ITEM_SUMMARY, &wire_summary_layout, &summary));
	wire_clear(&wire_summary_layout, &summary);
	summary.name = "b";
	summary.state = SET_READY;
	assert_true(
		wire_put_item(&answer.writer, WIRE_ITEM_SUMMARY, &wire_summary_layout, &summary));
	check_reply("List", encode_page(list->reply, &asked, answer_message(&answer)),
		    "{\"columns\":{\"count\":2,\"name\":[\"a\",\"b\"],"
		    "\"addresses\":[[\"10.0.0.1/24\","
		    "\"fd00::1/64\"],[]],\"expires\":[2.0,null],\"frozen\":[true,null]},"
		    "\"sets\":[]}");
	answer_done(&answer);

	/* three sets: what all have in common is said once, and what two have is not */
	asked.columns = column("name") | column("state") | column("processes") | column("expires");
	answer_begin(&answer);
	for (int i = 0; i < 3; i++) {
		summary.name = i == 0 ? "b" : i == 1 ? "c" : "d";
		summary.processes = i == 2;
		assert_true(wire_put_item(&answer.writer, WIRE_ITEM_SUMMARY, &wire_summary_layout,
					  &summary));
	}
	check_reply("List", encode_page(list->reply, &asked, answer_message(&answer)),
		    "{\"columns\":{\"count\":3,\"name\":[\"b\",\"c\",\"d\"],\"state\":[\"ready\"],"
		    "\"processes\":[0,0,1]},\"sets\":[]}");
	answer_done(&answer);
	answer_begin(&answer);
	check_reply("List", encode_page(list->reply, &got, answer_message(&answer)),
		    "{\"sets\":[]}");
	assert_false(page_follows(&answer.message, &got));
	answer_done(&answer);
}

/* Each error has the parameters that the interface describes. */
static void test_each_failure_fits_the_interface(void **state _unused_)
{
	struct idl *service;

	assert_int_equal(idl_parse(idl_text_service, &service, NULL), 0);
	for (enum nsctl_error error = ERROR_NONE + 1; error < ERROR_COUNT; error++) {
		const char *id = error_id(error), *name = strrchr(id, '.') + 1;
		struct idl *owner = strncmp(id, "org.nsctl.", 10) == 0 ? idl : service;
		struct failure failure = {};
		char path[IDL_PATH_SIZE];
		json_t *json;

		failure_set(&failure, error, ENOENT, "subject", "text %d", 1);
		json = encode_failure(&failure);
		if (!idl_check_error(owner, name, json, path))
			fail_msg("%s: %s", id, path);
		if (error == ERROR_SYSTEM)
			assert_string_equal(json_string_value(json_object_get(json, "errnoName")),
					    "ENOENT");
		json_decref(json);
	}
	idl_free(service);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_is_encoded),
		cmocka_unit_test(test_session_is_encoded),
		cmocka_unit_test(test_lists_are_encoded),
		cmocka_unit_test(test_each_failure_fits_the_interface),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
