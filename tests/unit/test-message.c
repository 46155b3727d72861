/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message.c: which texts are calls, which are replies, and which are neither, as tables. A packed
 * message is read back unchanged.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base.h"
#include "protocol/message.h"

#define BYTES(literal) literal, sizeof(literal) - 1

static const struct call_row {
	const char *text;
	size_t size;
	int outcome;
	const char *parameters; /* when it is a call of method "a.b.C" */
	bool more, oneway, upgrade;
} calls[] = {
	{BYTES("{\"method\":\"a.b.C\"}"), 0, "{}", false, false, false},
	{BYTES(" {\"method\" : \"a.b.C\"}\n"), 0, "{}", false, false, false},
	{BYTES("{\"method\":\"a.b.C\",\"parameters\":{}}"), 0, "{}", false, false, false},
	{BYTES("{\"parameters\":{\"a\":[1,null]},\"method\":\"a.b.C\"}"), 0, "{\"a\":[1,null]}",
	 false, false, false},
	{BYTES("{\"method\":\"a.b.C\",\"more\":true}"), 0, "{}", true, false, false},
	{BYTES("{\"method\":\"a.b.C\",\"oneway\":true}"), 0, "{}", false, true, false},
	{BYTES("{\"method\":\"a.b.C\",\"upgrade\":true}"), 0, "{}", false, false, true},
	{BYTES("{\"method\":\"a.b.C\",\"more\":false,\"oneway\":false,\"upgrade\":false}"), 0, "{}",
	 false, false, false},
	{BYTES("{\"method\":\"a.b.C\",\"parameters\":null,\"more\":null,\"oneway\":null,"
	       "\"upgrade\":null}"),
	 0, "{}", false, false, false},
	{BYTES("{\"method\":\"a.b.\\u0043\"}"), 0, "{}", false, false, false},
	/* an object, but no call */
	{BYTES("{}"), MESSAGE_NOT_VARLINK, NULL, false, false, false},
	{BYTES("{\"parameters\":{}}"), MESSAGE_NOT_VARLINK, NULL, false, false, false},
	{BYTES("{\"method\":null}"), MESSAGE_NOT_VARLINK, NULL, false, false, false},
	{BYTES("{\"method\":1}"), MESSAGE_NOT_VARLINK, NULL, false, false, false},
	{BYTES("{\"method\":[\"a.b.C\"]}"), MESSAGE_NOT_VARLINK, NULL, false, false, false},
	{BYTES("{\"method\":\"a.b.C\",\"parameters\":[]}"), MESSAGE_NOT_VARLINK, NULL, false, false,
	 false},
	{BYTES("{\"method\":\"a.b.C\",\"parameters\":\"\"}"), MESSAGE_NOT_VARLINK, NULL, false,
	 false, false},
	{BYTES("{\"method\":\"a.b.C\",\"parameters\":false}"), MESSAGE_NOT_VARLINK, NULL, false,
	 false, false},
	{BYTES("{\"method\":\"a.b.C\",\"more\":1}"), MESSAGE_NOT_VARLINK, NULL, false, false,
	 false},
	{BYTES("{\"method\":\"a.b.C\",\"oneway\":\"true\"}"), MESSAGE_NOT_VARLINK, NULL, false,
	 false, false},
	{BYTES("{\"method\":\"a.b.C\",\"upgrade\":{}}"), MESSAGE_NOT_VARLINK, NULL, false, false,
	 false},
	{BYTES("{\"method\":\"a.b.C\",\"id\":1}"), MESSAGE_NOT_VARLINK, NULL, false, false, false},
	{BYTES("{\"method\":\"a.b.C\",\"continues\":false}"), MESSAGE_NOT_VARLINK, NULL, false,
	 false, false},
	{BYTES("{\"method\":\"a.b.C\",\"\":null}"), MESSAGE_NOT_VARLINK, NULL, false, false, false},
	{BYTES("{\"Method\":\"a.b.C\"}"), MESSAGE_NOT_VARLINK, NULL, false, false, false},
};

/* Neither calls nor replies. */
static const struct {
	const char *text;
	size_t size;
} not_json[] = {
	{BYTES("")},
	{BYTES(" ")},
	{BYTES("{")},
	{BYTES("}")},
	{BYTES("[]")},
	{BYTES("null")},
	{BYTES("1")},
	{BYTES("\"\"")},
	{BYTES("[{\"method\":\"a.b.C\"}]")},
	{BYTES("{\"method\":\"a.b.C\"")},
	{BYTES("{\"method\":\"a.b.C\",}")},
	{BYTES("{method:\"a.b.C\"}")},
	{BYTES("{'method':'a.b.C'}")},
	{BYTES("{\"method\":\"a.b.C\"}x")},
	{BYTES("{\"method\":\"a.b.C\"}{}")},
	{BYTES("{\"method\":\"a.b.C\"}\0")},
	{BYTES("{\"method\":\"a.b\0.C\"}")},
	{BYTES("\xef\xbb\xbf{\"method\":\"a.b.C\"}")},
	{BYTES("{\"method\":\"a.b.C\\u0000\"}")},
	{BYTES("{\"method\":\"a.b.C\",\"parameters\":{\"a\\u0000b\":1}}")},
	{BYTES("{\"method\":\"a.b.C\",\"method\":\"a.b.C\"}")},
	{BYTES("{\"method\":\"a.b.C\",\"m\\u0065thod\":\"a.b.D\"}")},
	{BYTES("{\"method\":\"a.b.C\",\"parameters\":{\"a\":1,\"a\":2}}")},
	{BYTES("{\"method\":\"a.b.C\",\"parameters\":{\"a\":[{\"b\":1,\"b\":1}]}}")},
	{BYTES("{\"method\":\"a.b.\xff\"}")},
	{BYTES("{\"method\":\"a.b.\xc3\"}")},
	{BYTES("{\"method\":\"a.b.\xed\xa0\x80\"}")},
	{BYTES("{\"method\":\"a.b.\\ud800\"}")},
	{BYTES("{\"method\":\"a.b.\nC\"}")},
	{BYTES("{\"method\":\"a.b.C\",\"parameters\":{\"a\":1e999}}")},
	{BYTES("{\"method\":\"a.b.C\",\"parameters\":{\"a\":9223372036854775808}}")},
	{BYTES("{\"method\":\"a.b.C\",\"parameters\":{\"a\":NaN}}")},
	{BYTES("{\"method\":\"a.b.C\",\"parameters\":{\"a\":01}}")},
	{BYTES("{\"method\":\"a.b.C\",\"parameters\":{\"a\":0x1}}")},
};

static void check_json(json_t *json, const char *expected)
{
	char *text = json_dumps(json, JSON_COMPACT);

	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

static void test_calls_are_parsed(void **state _unused_)
{
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		const struct call_row *row = &calls[i];
		struct message_call call = {.method = "untouched"};
		int r = message_parse_call(row->text, row->size, &call);

		if (r != row->outcome)
			fail_msg("row %zu: %d: %s", i, r, row->text);
		if (r != 0) {
			assert_string_equal(call.method, "untouched");
			continue;
		}
		assert_string_equal(call.method, "a.b.C");
		check_json(call.parameters, row->parameters);
		assert_int_equal(call.more, row->more);
		assert_int_equal(call.oneway, row->oneway);
		assert_int_equal(call.upgrade, row->upgrade);
		message_call_done(&call);
		message_call_done(&call);
	}
}

static void test_replies_are_parsed(void **state _unused_)
{
	static const struct {
		const char *text;
		int outcome;
		const char *error, *parameters;
		bool continues;
	} rows[] = {
		{"{}", 0, NULL, "{}", false},
		{"{\"parameters\":{\"a\":1}}", 0, NULL, "{\"a\":1}", false},
		{"{\"parameters\":{},\"continues\":true}", 0, NULL, "{}", true},
		{"{\"parameters\":null,\"continues\":null,\"error\":null}", 0, NULL, "{}", false},
		{"{\"error\":\"a.b.E\"}", 0, "a.b.E", "{}", false},
		{"{\"error\":\"a.b.E\",\"parameters\":{\"a\":1},\"continues\":false}", 0, "a.b.E",
		 "{\"a\":1}", false},
		/* of a newer daemon */
		{"{\"parameters\":{},\"trace\":[1]}", 0, NULL, "{}", false},
		{"{\"error\":\"a.b.E\",\"continues\":true}", MESSAGE_NOT_VARLINK, NULL, NULL,
		 false},
		{"{\"error\":1}", MESSAGE_NOT_VARLINK, NULL, NULL, false},
		{"{\"error\":false}", MESSAGE_NOT_VARLINK, NULL, NULL, false},
		{"{\"continues\":1}", MESSAGE_NOT_VARLINK, NULL, NULL, false},
		{"{\"parameters\":[]}", MESSAGE_NOT_VARLINK, NULL, NULL, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct message_reply reply = {.error = "untouched"};
		int r = message_parse_reply(rows[i].text, strlen(rows[i].text), &reply);

		if (r != rows[i].outcome)
			fail_msg("row %zu: %d: %s", i, r, rows[i].text);
		if (r != 0) {
			assert_string_equal(reply.error, "untouched");
			continue;
		}
		if (rows[i].error)
			assert_string_equal(reply.error, rows[i].error);
		else
			assert_null(reply.error);
		check_json(reply.parameters, rows[i].parameters);
		assert_int_equal(reply.continues, rows[i].continues);
		message_reply_done(&reply);
		message_reply_done(&reply);
	}
}

static void test_texts_that_are_not_json_are_refused(void **state _unused_)
{
	for (size_t i = 0; i < ARRAY_SIZE(not_json); i++) {
		struct message_call call;
		struct message_reply reply;
		int r;

		r = message_parse_call(not_json[i].text, not_json[i].size, &call);
		if (r != MESSAGE_NOT_JSON)
			fail_msg("row %zu: %d: %s", i, r, not_json[i].text);
		r = message_parse_reply(not_json[i].text, not_json[i].size, &reply);
		assert_int_equal(r, MESSAGE_NOT_JSON);
	}
}

/* No byte behind the size is read. */
static void test_nothing_behind_the_size_is_read(void **state _unused_)
{
	const char text[] = "{\"method\":\"a.b.C\"}}}}";
	struct message_call call;
	char *exact;

	exact = malloc(18);
	assert_non_null(exact);
	memcpy(exact, text, 18);
	assert_int_equal(message_parse_call(exact, 18, &call), 0);
	message_call_done(&call);
	for (size_t n = 0; n < 18; n++)
		assert_int_equal(message_parse_call(exact, n, &call), MESSAGE_NOT_JSON);
	free(exact);
}

/* parameters' member a, with arrays or objects inside until the whole is depth levels deep */
static size_t nest(char *text, unsigned depth, bool objects)
{
	char *end = text + sprintf(text, "{\"method\":\"a.b.C\",\"parameters\":{\"a\":");

	for (unsigned i = 2; i < depth; i++)
		end += sprintf(end, "%s", objects ? "{\"a\":" : "[");
	end += sprintf(end, "\"[{\\\"[[\"");
	for (unsigned i = 2; i < depth; i++)
		*end++ = objects ? '}' : ']';
	end += sprintf(end, "}}");
	return (size_t)(end - text);
}

static void test_depth_is_bounded(void **state _unused_)
{
	static char text[64 * 1024];
	struct message_call call;
	size_t n;

	for (int objects = 0; objects < 2; objects++) {
		n = nest(text, MESSAGE_DEPTH_MAX, objects);
		assert_int_equal(message_parse_call(text, n, &call), 0);
		message_call_done(&call);
		n = nest(text, MESSAGE_DEPTH_MAX + 1, objects);
		assert_int_equal(message_parse_call(text, n, &call), MESSAGE_NOT_JSON);
		n = nest(text, 2000, objects);
		assert_int_equal(message_parse_call(text, n, &call), MESSAGE_NOT_JSON);
	}
	/* many, but side by side; and closed more often than opened */
	n = (size_t)sprintf(text, "{\"method\":\"a.b.C\",\"parameters\":{\"a\":[[]");
	for (int i = 0; i < 1000; i++)
		n += (size_t)sprintf(text + n, ",[{}]");
	n += (size_t)sprintf(text + n, "]}}");
	assert_int_equal(message_parse_call(text, n, &call), 0);
	message_call_done(&call);
	memset(text, ']', 100);
	memset(text + 100, '[', 30);
	assert_int_equal(message_parse_call(text, 130, &call), MESSAGE_NOT_JSON);
	/* a backslash is the last byte */
	assert_int_equal(message_parse_call("{\"\\", 3, &call), MESSAGE_NOT_JSON);
}

static void test_parameters_are_packed(void **state _unused_)
{
	static const struct {
		const char *parameters; /* NULL: none */
		const char *packed;
	} rows[] = {
		{NULL, "{}"},
		{"{}", "{}"},
		{"{\"b\":1,\"a\":[true,2.5,\"\xc3\xa4\"]}",
		 "{\"b\":1,\"a\":[true,2.5,\"\xc3\xa4\"]}"},
		{"{\"a\":null}", "{}"},
		{"{\"a\":null,\"b\":{\"c\":null,\"d\":0},\"e\":{}}", "{\"b\":{\"d\":0},\"e\":{}}"},
		{"{\"a\":[{\"b\":null},{\"b\":1}]}", "{\"a\":[{},{\"b\":1}]}"},
		{"{\"a\":[[{\"b\":[{\"c\":null}]}]]}", "{\"a\":[[{\"b\":[{}]}]]}"},
		/* elements of an array are no members */
		{"{\"a\":[null,{\"b\":null}]}", "{\"a\":[null,{}]}"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		json_t *parameters = NULL;
		char expected[256], *text;
		size_t size;

		if (rows[i].parameters) {
			parameters = json_loads(rows[i].parameters, 0, NULL);
			assert_non_null(parameters);
		}
		assert_int_equal(message_pack_reply(parameters, false, &text, &size), 0);
		snprintf(expected, sizeof(expected), "{\"parameters\":%s}", rows[i].packed);
		assert_string_equal(text, expected);
		assert_int_equal(size, strlen(expected) + 1);
		free(text);
		/* not stolen, not changed */
		if (parameters) {
			assert_int_equal(parameters->refcount, 1);
			check_json(parameters, rows[i].parameters);
		}
		json_decref(parameters);
	}
}

static void test_envelopes_are_packed(void **state _unused_)
{
	json_t *parameters = json_pack("{s:i}", "a", 1);
	struct message_call call;
	struct message_reply reply;
	size_t size;
	char *text;

	assert_int_equal(message_pack_call("a.b.C", NULL, false, false, &text, &size), 0);
	assert_string_equal(text, "{\"method\":\"a.b.C\",\"parameters\":{}}");
	free(text);
	assert_int_equal(message_pack_call("a.b.C", parameters, true, true, &text, &size), 0);
	assert_string_equal(text, "{\"method\":\"a.b.C\",\"parameters\":{\"a\":1},\"more\":true,"
				  "\"oneway\":true}");
	assert_int_equal(message_parse_call(text, size - 1, &call), 0);
	assert_true(call.more && call.oneway && !call.upgrade);
	assert_true(json_equal(call.parameters, parameters));
	message_call_done(&call);
	free(text);

	assert_int_equal(message_pack_reply(parameters, true, &text, &size), 0);
	assert_string_equal(text, "{\"parameters\":{\"a\":1},\"continues\":true}");
	assert_int_equal(message_parse_reply(text, size - 1, &reply), 0);
	assert_true(reply.continues && !reply.error);
	message_reply_done(&reply);
	free(text);

	assert_int_equal(message_pack_error("a.b.E", parameters, &text, &size), 0);
	assert_string_equal(text, "{\"error\":\"a.b.E\",\"parameters\":{\"a\":1}}");
	assert_int_equal(message_parse_reply(text, size - 1, &reply), 0);
	assert_string_equal(reply.error, "a.b.E");
	message_reply_done(&reply);
	free(text);
	json_decref(parameters);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls_are_parsed),
		cmocka_unit_test(test_replies_are_parsed),
		cmocka_unit_test(test_texts_that_are_not_json_are_refused),
		cmocka_unit_test(test_nothing_behind_the_size_is_read),
		cmocka_unit_test(test_depth_is_bounded),
		cmocka_unit_test(test_parameters_are_packed),
		cmocka_unit_test(test_envelopes_are_packed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
