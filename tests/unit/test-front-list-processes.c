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
#include <sys/stat.h>
#include <sys/wait.h>

#include "base.h"
#include "daemon/front/process.h"
#include "daemon/front/reply.h"
#include "protocol/frame.h"
#include "protocol/idl.h"
#include "protocol/message.h"
#include "tests/unit/answer.h"
#include "tests/unit/cgroups.h"

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

/* Kills the child: at the end of its input it would complain about its arguments. */
static void stop(pid_t pid, int fd)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	close(fd);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* Bytes that are not UTF-8 and half a character at the end are replaced. The command line is cut
 * by its length in JSON. */
static void test_command_lines_that_are_not_text_are_cut(void **state _unused_)
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
		json_t *process = process_json((uint32_t)pid, 0, rows[i].longest);

		assert_non_null(process);
		assert_int_equal(json_integer_value(json_object_get(process, "pid")), pid);
		assert_int_equal(json_integer_value(json_object_get(process, "uid")), geteuid());
		assert_true(json_real_value(json_object_get(process, "started")) > 1e9);
		assert_string_equal(json_string_value(json_object_get(process, "command")),
				    rows[i].command);
		json_decref(process);
	}
	stop(pid, fd);
	/* nothing is returned about a process that has ended */
	assert_null(process_json((uint32_t)pid, 0, 4095));
}

#define SESSION "0123456789abcdef"

/* Makes a directory that reads like the cgroup of a set, with the pid n times in the session's
 * cgroup, and makes it the front's directory of cgroups. */
static void fake_cgroup(char *directory, pid_t pid, size_t n)
{
	char path[128];
	FILE *file;

	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/cgroup.procs", directory);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
	snprintf(path, sizeof(path), "%s/" SESSION, directory);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/" SESSION "/cgroup.procs", directory);
	file = fopen(path, "we");
	assert_non_null(file);
	while (n-- > 0)
		fprintf(file, "%d\n", pid);
	assert_int_equal(fclose(file), 0);
	cgroups_begin(directory);
}

static void remove_fake_cgroup(const char *directory)
{
	static const char *const files[] = {SESSION "/cgroup.procs", "cgroup.procs"};

	close(CGROUPS_FD);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char path[128];

		snprintf(path, sizeof(path), "%s/%s", directory, files[i]);
		assert_int_equal(unlink(path), 0);
		*strrchr(path, '/') = '\0';
		assert_int_equal(rmdir(path), 0);
	}
}

/* Puts the keeper's answer into a message: the set's cgroup, and one ended session. */
static struct wire_message *put_answer(struct answer *answer)
{
	static struct wire_set set;
	static struct wire_session session;

	wire_clear(&wire_set_layout, &set);
	wire_clear(&wire_session_layout, &session);
	set.processes_in = ".";
	session.session = SESSION;
	session.ended = 1;
	answer_begin(answer);
	wire_put(&answer->writer, &wire_set_layout, &set);
	assert_true(
		wire_put_item(&answer->writer, WIRE_ITEM_SESSION, &wire_session_layout, &session));
	return answer_message(answer);
}

/* A set has more processes than fit into an answer. Each has a command of 4,000 bytes, which take
 * six bytes each in JSON. The answer is valid, has thousands of processes, and a client accepts its
 * size. */
static void test_answer_holds_as_many_processes_as_fit(void **state _unused_)
{
	static char name[] = "cat", minus[] = "-", word[4000];
	char *words[] = {name, minus, word, NULL}, path[IDL_PATH_SIZE], *text;
	char directory[] = "/tmp/nsctl-test-XXXXXX";
	json_t *got, *list, *first;
	struct answer answer;
	struct idl *idl;
	size_t size;
	pid_t pid;
	int fd;

	memset(word, '\x1b', sizeof(word) - 1);
	pid = start(words, &fd);
	fake_cgroup(directory, pid, 10000);
	got = encode_processes(put_answer(&answer));
	stop(pid, fd);
	answer_done(&answer);
	remove_fake_cgroup(directory);
	list = json_object_get(got, "processes");
	assert_in_range(json_array_size(list), 5000, 9999);
	first = json_array_get(list, 0);
	assert_string_equal(json_string_value(json_object_get(first, "session")), SESSION);
	assert_true(json_is_true(json_object_get(first, "left")));
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
		cmocka_unit_test(test_command_lines_that_are_not_text_are_cut),
		cmocka_unit_test(test_answer_holds_as_many_processes_as_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
