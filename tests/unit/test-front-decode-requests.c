/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The front's conversions of requests other than specifications (test-front-decode.c). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>

#include "base.h"
#include "tests/unit/decoding.h"

static void test_short_requests_are_decoded(void **state _unused_)
{
	static union method_request request;
	const struct wire_ask *ask = &request.GET;
	json_t *parameters;

	parameters = parse("{\"name\":\"a\",\"owner\":0,\"session\":\"0123456789abcdef\","
			   "\"signal\":64}");
	assert_int_equal(decode("Kill", parameters, 0, &request), 0);
	assert_string_equal(ask->name, "a");
	assert_true(ask->has_owner && ask->owner == 0);
	assert_string_equal(ask->session, "0123456789abcdef");
	assert_int_equal(ask->signal, 64);
	assert_true(ask->process_fd == -1 && ask->span == 0 && ask->grace == 0 && ask->kinds == 0);
	json_decref(parameters);

	parameters = parse("{\"name\":\"a\",\"owner\":4294967294,\"grace\":2.5}");
	assert_int_equal(decode("Remove", parameters, 0, &request), 0);
	assert_true(ask->owner == 4294967294 && ask->grace == 2500000);
	json_decref(parameters);

	parameters = parse("{\"name\":\"a\",\"seconds\":86400}");
	assert_int_equal(decode("Renew", parameters, 0, &request), 0);
	assert_true(!ask->has_owner && ask->span == UINT64_C(86400000000));
	json_decref(parameters);

	parameters = parse("{\"processFileDescriptor\":1}");
	assert_int_equal(decode("Identify", parameters, 2, &request), 0);
	assert_int_equal(ask->process_fd, numbers[1]);
	json_decref(parameters);

	parameters = parse("{\"name\":\"a\",\"namespaces\":[\"user\",\"net\"]}");
	assert_int_equal(decode("OpenNamespaces", parameters, 0, &request), 0);
	assert_int_equal(ask->kinds, KIND_BIT(KIND_USER) | KIND_BIT(KIND_NET));
	json_decref(parameters);

	parameters = parse("{\"allOwners\":true,\"summary\":true,\"labels\":{\"a\":\"1\"}}");
	assert_int_equal(decode("List", parameters, 0, &request), 0);
	assert_true(request.LIST.all_owners && request.LIST.summary && request.LIST.n_labels == 1);
	assert_string_equal(request.LIST.labels[0].value, "1");
	assert_int_equal(request.LIST.state, 0);
	json_decref(parameters);

	parameters = parse("{\"state\":\"broken\"}");
	assert_int_equal(decode("List", parameters, 0, &request), 0);
	assert_int_equal(request.LIST.state, SET_BROKEN);
	json_decref(parameters);
}

/* The words of a command cross in a sealed memory file; the request has their beginning, too. */
static void test_command_crosses_in_a_sealed_file(void **state _unused_)
{
	static const char expected[] = "\2\0\0\0\1\0\0\0sh\0a b\0A=\0";
	static union method_request request;
	const struct wire_command *command = &request.EXEC.command;
	json_t *parameters = parse("{\"name\":\"a\",\"command\":[\"sh\",\"a b\"],"
				   "\"environment\":[\"A=\"],\"user\":0,\"umask\":18,"
				   "\"workingDirectory\":\"/x\",\"stdoutFileDescriptor\":0,"
				   "\"statusFileDescriptor\":2,\"detach\":true}");
	char text[64];

	assert_int_equal(decode("Exec", parameters, 3, &request), 0);
	assert_int_equal(command->n_words, 2);
	assert_string_equal(command->words[1].text, "a b");
	assert_true(command->has_user && command->user == 0 && !command->has_group);
	assert_true(command->has_umask && command->umask == 022 && command->detach);
	assert_string_equal(command->working_directory, "/x");
	assert_true(command->stdin_fd == -1 && command->stdout_fd == numbers[0]);
	assert_true(command->status_fd == numbers[2] && command->terminal_fd == -1);
	assert_int_equal(command->arguments_fd, decoding.memory_fd);
	assert_int_equal(fcntl(decoding.memory_fd, F_GET_SEALS),
			 F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
	assert_true(fcntl(decoding.memory_fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(pread(decoding.memory_fd, text, sizeof(text), 0), sizeof(expected) - 1);
	assert_memory_equal(text, expected, sizeof(expected) - 1);
	assert_int_equal(pwrite(decoding.memory_fd, "x", 1, 0), -1);
	close(decoding.memory_fd);
	json_decref(parameters);
}

/* Long or many words are cut in the request, at the end of a character, and whole in the file. */
static void test_long_words_are_cut_in_the_request_only(void **state _unused_)
{
	static union method_request request;
	const struct wire_command *command = &request.RUN.command;
	json_t *parameters = parse("{\"command\":[\"" LONG_256 "\xc3\xa4\",\"\"],\"init\":false}");
	json_t *words = json_object_get(parameters, "command");

	/* the cut falls into the second one's last character */
	json_array_append_new(words, json_sprintf("%.254s\xe2\x82\xac", LONG_256));
	while (json_array_size(words) < 100)
		json_array_append_new(words, json_string("x"));
	assert_int_equal(decode("Run", parameters, 0, &request), 0);
	assert_true(request.RUN.no_init);
	assert_int_equal(command->n_words, COMMAND_WORDS_MAX);
	assert_string_equal(command->words[0].text, LONG_256);
	assert_null(command->words[1].text);
	assert_int_equal(strlen(command->words[2].text), 254);
	assert_int_equal(lseek(decoding.memory_fd, 0, SEEK_END), 8 + 259 + 1 + 258 + 97 * 2);
	close(decoding.memory_fd);
	json_decref(parameters);
}

/* A refusal of a topology names the place of the field in the whole. */
static void test_refusal_names_the_place_in_a_topology(void **state _unused_)
{
	static const struct {
		const char *said, *field;
	} rows[] = {
		{"{}", NULL},
		{"{\"lease\":{\"seconds\":5},\"networks\":[{\"name\":\"lan\"}],"
		 "\"sets\":[{\"name\":\"a\",\"spec\":{}}],"
		 "\"links\":[{\"a\":{\"set\":\"a\"},\"b\":{\"network\":\"lan\"}}]}",
		 NULL},
		{"{\"lease\":{\"seconds\":-1}}", "lease.seconds"},
		{"{\"networks\":[{\"name\":\"a\"},{\"name\":\"/\"}]}", "networks[1].name"},
		{"{\"networks\":[{\"name\":\"a\",\"subnets\":[\"\"]}]}", "networks[0].subnets[0]"},
		{"{\"sets\":[{\"name\":\"a\",\"spec\":{}},{\"name\":\"b\",\"spec\":"
		 "{\"labels\":{\"\":\"x\"}}}]}",
		 "sets[1].spec.labels"},
		{"{\"links\":[{\"a\":{\"set\":\"a\",\"mtu\":1},\"b\":{}}]}", "links[0].a.mtu"},
		{"{\"networks\":[{\"name\":\"a\",\"lease\":{\"idleSeconds\":5}}]}", NULL},
		{"{\"networks\":[{\"name\":\"a\",\"lease\":{\"seconds\":0}}]}",
		 "networks[0].lease.seconds"},
		{"{\"lease\":{\"idleSeconds\":0}}", "lease.idleSeconds"},
	};
	struct wire_writer writer;

	assert_int_equal(wire_writer_init(&writer, WIRE_SIZE_MAX), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		json_t *said = json_loads(rows[i].said, 0, NULL);
		char path[IDL_PATH_SIZE];
		int r;

		assert_non_null(said);
		assert_true(idl_check_input(idl, idl_method(idl, "Apply"), said, path));
		decoding = (struct decoding){.fds = &fds, .memory_fd = -1};
		wire_begin(&writer, WIRE_APPLY, 0, 1, 1);
		r = decode_apply(&decoding, said, &writer);
		if (!rows[i].field) {
			assert_int_equal(r, 0);
			json_decref(said);
			continue;
		}
		assert_int_equal(r, ERROR_INVALID_VALUE);
		if (strncmp(decoding.failure.subject, rows[i].field, strlen(rows[i].field)) != 0)
			fail_msg("%s: %s", rows[i].said, decoding.failure.subject);
		json_decref(said);
	}
	wire_writer_done(&writer);
}

/* Every method of the table is in the interface, and its request fits into the union. */
static void test_each_method_is_in_the_interface(void **state _unused_)
{
	size_t built = 0;

	for (size_t i = 0; idl_method_name(idl, i); i++) {
		const struct method *method = method_find(idl_method_name(idl, i));

		if (!method)
			continue;
		built++;
		assert_true(method->op >= WIRE_CREATE && method->op < WIRE_OP_END);
		if (method->put)
			continue;
		assert_true(method->layout->size <= sizeof(union method_request));
	}
	assert_int_equal(built, WIRE_OP_END - WIRE_CREATE);
	assert_null(method_find("create"));
	assert_null(method_find(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short_requests_are_decoded),
		cmocka_unit_test(test_command_crosses_in_a_sealed_file),
		cmocka_unit_test(test_long_words_are_cut_in_the_request_only),
		cmocka_unit_test(test_refusal_names_the_place_in_a_topology),
		cmocka_unit_test(test_each_method_is_in_the_interface),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
