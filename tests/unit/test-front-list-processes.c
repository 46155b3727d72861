/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers of ListProcesses: with command lines that are not text, and with so many processes that
 * their command lines do not fit into one message.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base.h"
#include "daemon/front/process.h"
#include "daemon/front/reply.h"
#include "protocol/frame.h"
#include "protocol/idl.h"
#include "protocol/message.h"
#include "tests/unit/answer.h"

/* A process whose command line is these words, and which waits until its standard input ends. */
static pid_t start(char *const *words, int *ret_fd)
{
	int input[2], started[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe2(input, O_CLOEXEC), 0);
	assert_int_equal(pipe2(started, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (dup2(input[0], 0) == 0)
			execv("/bin/cat", words);
		_exit(127);
	}
	close(input[0]);
	close(started[1]);
	/* exec closes it */
	assert_int_equal(read(started[0], &byte, 1), 0);
	close(started[0]);
	*ret_fd = input[1];
	return pid;
}

/* Not by the end of its input: it would complain of its words. */
static void stop(pid_t pid, int fd)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	close(fd);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* Bytes that are no UTF-8, and half a character at the end; cut as JSON counts. */
static void test_command(void **state _unused_)
{
	static char name[] = "c\xff\x1b\303\244t\342\202", minus[] = "-";
	static const struct {
		size_t longest;
		const char *command;
	} rows[] = {
		{4095, "c?\x1b\303\244t?? -"},
		{15, "c?\x1b\303\244t?? -"},
		{13, "c?\x1b\303\244t??"},
		{9, "c?\x1b"},
		{8, "c?\x1b"},
		{7, "c?"},
		{0, ""},
	};
	char *words[] = {name, minus, NULL};
	int fd;
	pid_t pid = start(words, &fd);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		json_t *process = process_json((uint32_t)pid, rows[i].longest);

		assert_non_null(process);
		assert_int_equal(json_integer_value(json_object_get(process, "pid")), pid);
		assert_int_equal(json_integer_value(json_object_get(process, "uid")), geteuid());
		assert_true(json_real_value(json_object_get(process, "started")) > 1e9);
		assert_string_equal(json_string_value(json_object_get(process, "command")),
				    rows[i].command);
		json_decref(process);
	}
	stop(pid, fd);
	/* it has ended: nothing is said of it */
	assert_null(process_json((uint32_t)pid, 4095));
}

/* As many as fit into the keeper's answer, each with 4,000 bytes of six as JSON: all are told of,
 * and a client takes the message. */
static void test_many(void **state _unused_)
{
	static char name[] = "cat", minus[] = "-", word[4000];
	char *words[] = {name, minus, word, NULL}, path[IDL_PATH_SIZE], *text;
	struct wire_process process = {.session = "0123456789abcdef"};
	struct answer answer;
	size_t n = 0, size;
	struct idl *idl;
	json_t *got;
	pid_t pid;
	int fd;

	memset(word, '\x1b', sizeof(word) - 1);
	pid = start(words, &fd);
	process.pid = (uint32_t)pid;
	answer_begin(&answer);
	while (wire_put_item(&answer.writer, WIRE_ITEM_PROCESS, &wire_process_layout, &process))
		n++;
	assert_true(n > 1000);
	got = encode_processes(answer_message(&answer));
	stop(pid, fd);
	answer_done(&answer);
	assert_int_equal(json_array_size(json_object_get(got, "processes")), n);
	assert_int_equal(idl_parse(idl_text_nsctl, &idl, NULL), 0);
	assert_true(idl_check_output(idl, idl_method(idl, "ListProcesses"), got, path));
	idl_free(idl);
	assert_int_equal(message_pack_reply(got, false, &text, &size), 0);
	assert_true(size <= FRAME_SIZE_MAX);
	free(text);
	json_decref(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
