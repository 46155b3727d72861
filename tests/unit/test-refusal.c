/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* refused-connections.c: clients understand the one message that the keeper itself sends. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "daemon/keeper/request/refused-connections.h"
#include "protocol/idl.h"
#include "protocol/message.h"

/* The parameters of the message, which the caller releases. */
static json_t *read_back(const struct failure *failure)
{
	char text[REFUSAL_SIZE];
	struct message_reply reply;
	size_t size = refusal_write(failure, text);
	json_t *parameters;

	assert_in_range(size, 1, REFUSAL_SIZE);
	assert_int_equal(text[size - 1], '\0');
	assert_int_equal(strlen(text), size - 1);
	assert_int_equal(message_parse_reply(text, size - 1, &reply), 0);
	assert_string_equal(reply.error, error_id(failure->error));
	assert_false(reply.continues);
	parameters = json_incref(reply.parameters);
	message_reply_done(&reply);
	return parameters;
}

static void test_refusal_names_the_limit(void **state _unused_)
{
	struct failure failure;
	json_t *parameters;

	failure_set(&failure, ERROR_LIMIT_EXCEEDED, 256, "connections", NULL);
	parameters = read_back(&failure);
	assert_int_equal(json_object_size(parameters), 2);
	assert_string_equal(json_string_value(json_object_get(parameters, "limit")), "connections");
	assert_int_equal(json_integer_value(json_object_get(parameters, "value")), 256);
	json_decref(parameters);
}

/* Returns the parameter, which must be there. */
static const char *text_of(const json_t *parameters, const char *name)
{
	const char *text = json_string_value(json_object_get(parameters, name));

	assert_non_null(text);
	return text;
}

/* Each fits the interface's description, and says all that there is to say. */
static void test_each_refusal_fits_the_interface(void **state _unused_)
{
	struct idl *nsctl, *service;

	assert_int_equal(idl_parse(idl_text_nsctl, &nsctl, NULL), 0);
	assert_int_equal(idl_parse(idl_text_service, &service, NULL), 0);
	for (int error = ERROR_NONE + 1; error < ERROR_COUNT; error++) {
		const struct error_fields *fields = error_fields(error);
		const char *id = error_id(error), *name = strrchr(id, '.') + 1;
		const struct idl *owner = strncmp(id, "org.nsctl.", 10) == 0 ? nsctl : service;
		struct failure failure;
		json_t *parameters;
		char path[IDL_PATH_SIZE];

		failure_set(&failure, error, EAGAIN, "subject", "%s", "text");
		parameters = read_back(&failure);
		if (!idl_check_error(owner, name, parameters, path))
			fail_msg("%s: %s", id, path);
		if (fields->subject)
			assert_string_equal(text_of(parameters, fields->subject), "subject");
		if (fields->text)
			assert_string_equal(text_of(parameters, fields->text), "text");
		if (fields->errno_name)
			assert_string_equal(text_of(parameters, fields->errno_name), "EAGAIN");
		if (fields->number)
			assert_int_equal(
				json_integer_value(json_object_get(parameters, fields->number)),
				EAGAIN);
		json_decref(parameters);
	}
	idl_free(nsctl);
	idl_free(service);
}

/* Any text gives a valid message, also the longest one. */
static void test_any_text_gives_a_valid_message(void **state _unused_)
{
	struct failure failure = {.error = ERROR_NOT_PERMITTED};
	json_t *parameters;

	memset(failure.subject, '"', sizeof(failure.subject) - 1);
	memset(failure.text, '\\', sizeof(failure.text) - 1);
	strcpy(failure.text, "a\nb\"c\\d\xc3\xa4");
	parameters = read_back(&failure);
	assert_string_equal(json_string_value(json_object_get(parameters, "reason")), "a?b?c?d??");
	json_decref(parameters);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusal_names_the_limit),
		cmocka_unit_test(test_each_refusal_fits_the_interface),
		cmocka_unit_test(test_any_text_gives_a_valid_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
