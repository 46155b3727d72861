/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nsctld-front as a process, with a keeper of the test's own: calls that it answers itself, calls
 * that it passes on, and clients that are slow, greedy, broken or gone.
 */
#include "daemon/wire/message.h"
#include "tests/unit/fake-keeper.h"
#include <sys/mman.h>
#include "protocol/idl.h"

#define GET_BOX "{\"method\":\"org.nsctl.Get\",\"parameters\":{\"name\":\"box\"}}"
#define PIPELINED 10000

/* Both ends of a pipe: the reading end reports when all copies of the writing end are closed. */
static void expect_pipe_end(int fd)
{
	char byte;

	wait_for(fd, POLLIN);
	assert_int_equal(read(fd, &byte, 1), 0);
	close(fd);
}

/* --- calls that the front answers itself --- */

static void test_interfaces_are_described(void **state)
{
	static const struct {
		const char *interface, *text;
	} rows[] = {{"org.nsctl", idl_text_nsctl},
		    {"io.systemd.Metrics", idl_text_metrics},
		    {"org.varlink.service", idl_text_service}};
	int fd = keeper_connect(*state, 1, SCOPE_FULL, NULL);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct client_reply reply;
		char text[256];

		(void)snprintf(text, sizeof(text),
			       "{\"method\":\"org.varlink.service.GetInterfaceDescription\","
			       "\"parameters\":{\"interface\":\"%s\"}}",
			       rows[i].interface);
		client_send(fd, text);
		client_receive(fd, &reply);
		assert_string_equal(
			json_string_value(json_object_get(reply.message.parameters, "description")),
			rows[i].text);
		client_reply_done(&reply);
	}
	keeper_close_client(*state, fd, 1);
}

#define SERVICE "org.varlink.service."
static const struct {
	const char *call, *reply;
} refusals[] = {
	{"{\"method\":\"org.other.Get\"}", "{\"error\":\"" SERVICE "InterfaceNotFound\","
					   "\"parameters\":{\"interface\":\"org.other\"}}"},
	{"{\"method\":\"Get\"}",
	 "{\"error\":\"" SERVICE "InterfaceNotFound\",\"parameters\":{\"interface\":\"Get\"}}"},
	{"{\"method\":\"\"}",
	 "{\"error\":\"" SERVICE "InterfaceNotFound\",\"parameters\":{\"interface\":\"\"}}"},
	{"{\"method\":\".\"}",
	 "{\"error\":\"" SERVICE "InterfaceNotFound\",\"parameters\":{\"interface\":\".\"}}"},
	{"{\"method\":\"org.nsctl.\"}",
	 "{\"error\":\"" SERVICE "MethodNotFound\",\"parameters\":{\"method\":\"org.nsctl.\"}}"},
	{"{\"method\":\"org.nsctl.get\"}", "{\"error\":\"" SERVICE "MethodNotFound\","
					   "\"parameters\":{\"method\":\"org.nsctl.get\"}}"},
	{"{\"method\":\"org.nsctl.Monitor\"}",
	 "{\"error\":\"" SERVICE "ExpectedMore\",\"parameters\":{}}"},
	{"{\"method\":\"org.nsctl.GetStatus\",\"upgrade\":true}",
	 "{\"error\":\"" SERVICE "MethodNotImplemented\","
	 "\"parameters\":{\"method\":\"org.nsctl.GetStatus\"}}"},
	{"{\"method\":\"org.nsctl.Get\"}",
	 "{\"error\":\"" SERVICE "InvalidParameter\",\"parameters\":{\"parameter\":\"name\"}}"},
	{"{\"method\":\"org.nsctl.Get\",\"parameters\":{\"name\":\"box\",\"more\":1}}",
	 "{\"error\":\"" SERVICE "InvalidParameter\",\"parameters\":{\"parameter\":\"more\"}}"},
	{"{\"method\":\"org.nsctl.Create\",\"parameters\":{\"spec\":{\"mounts\":[{\"type\":\"x\","
	 "\"target\":\"/a\"}]}}}",
	 "{\"error\":\"" SERVICE "InvalidParameter\","
	 "\"parameters\":{\"parameter\":\"spec.mounts[0].type\"}}"},
	{"{\"method\":\"" SERVICE "GetInfo\",\"parameters\":{\"a\":1}}",
	 "{\"error\":\"" SERVICE "InvalidParameter\",\"parameters\":{\"parameter\":\"a\"}}"},
	{"{\"method\":\"" SERVICE "GetInterfaceDescription\","
	 "\"parameters\":{\"interface\":\"org.other\"}}",
	 "{\"error\":\"" SERVICE "InterfaceNotFound\","
	 "\"parameters\":{\"interface\":\"org.other\"}}"},
	{"{\"method\":\"org.nsctl.Get\",\"parameters\":{\"name\":\"box\",\"owner\":-1}}",
	 "{\"error\":\"org.nsctl.InvalidValue\",\"parameters\":{\"field\":\"owner\","
	 "\"reason\":\"-1 is less than 0\"}}"},
};

static void test_wrong_calls_are_refused(void **state)
{
	int fd = keeper_connect(*state, 2, SCOPE_FULL, NULL);

	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		client_send(fd, refusals[i].call);
		client_expect(fd, refusals[i].reply);
	}
	keeper_close_client(*state, fd, 2);
}

/* A oneway call gets no reply, not even an error. */
static void test_oneway_call_gets_no_reply(void **state)
{
	struct fake_keeper *keeper = *state;
	int fd = keeper_connect(keeper, 3, SCOPE_FULL, NULL);
	struct wire_failure failure = {.error = ERROR_NOT_FOUND, .subject = "set", .text = "box"};

	client_send(fd, "{\"method\":\"org.varlink.service.GetInfo\",\"oneway\":true}");
	client_send(fd, "{\"method\":\"org.nsctl.None\",\"oneway\":true}");
	client_send(fd, "{\"method\":\"org.nsctl.Remove\",\"parameters\":{\"name\":\"box\"},"
			"\"oneway\":true}");
	client_send(fd, "{\"method\":\"org.nsctl.Thaw\",\"parameters\":{\"name\":\"box\"},"
			"\"oneway\":true,\"more\":true}");
	client_send(fd, GET_INFO);
	keeper_receive(keeper, WIRE_REMOVE, 3);
	assert_false(keeper->message.header->nlmsg_flags & WIRE_DIRECT);
	keeper_answer(keeper, 0, NULL, NULL);
	keeper_receive(keeper, WIRE_THAW, 3);
	keeper_answer(keeper, WIRE_FAILURE, &wire_failure_layout, &failure);
	client_expect_info(fd);
	keeper_close_client(keeper, fd, 3);
}

/* The front adds nothing to a reply that the keeper has sent, and takes the next call. */
static void test_front_adds_nothing_to_a_direct_reply(void **state)
{
	struct fake_keeper *keeper = *state;
	int fd = keeper_connect(keeper, 14, SCOPE_FULL, NULL);

	client_send(fd, "{\"method\":\"org.nsctl.Remove\",\"parameters\":{\"name\":\"box\"}}");
	client_send(fd, GET_INFO);
	keeper_receive(keeper, WIRE_REMOVE, 14);
	assert_true(keeper->message.header->nlmsg_flags & WIRE_DIRECT);
	keeper_answer(keeper, WIRE_SENT, NULL, NULL);
	client_expect_info(fd);
	keeper_close_client(keeper, fd, 14);
}

static void test_confined_client_may_ask_little(void **state)
{
	struct fake_keeper *keeper = *state;
	int fd = keeper_connect(keeper, 4, SCOPE_CONFINED, "another mount namespace");
	struct wire_set nowhere;

	wire_clear(&wire_set_layout, &nowhere);
	client_send(fd, GET_BOX);
	client_expect(fd, "{\"error\":\"org.nsctl.NotPermitted\",\"parameters\":{\"what\":"
			  "\"org.nsctl.Get\",\"reason\":\"another mount namespace\"}}");
	client_send(fd, GET_INFO);
	client_expect_info(fd);
	client_send(fd, "{\"method\":\"org.nsctl.Identify\"}");
	keeper_receive(keeper, WIRE_IDENTIFY, 4);
	keeper_answer(keeper, 0, &wire_set_layout, &nowhere);
	client_expect(fd, "{\"parameters\":{\"namespaces\":[]}}");
	keeper_close_client(keeper, fd, 4);
}

/* --- calls that it passes on --- */

static void test_failure_of_the_keeper_becomes_an_error(void **state)
{
	struct fake_keeper *keeper = *state;
	int fd = keeper_connect(keeper, 5, SCOPE_FULL, NULL);
	struct wire_failure failure = {
		.error = ERROR_SYSTEM, .number = ENOSPC, .subject = "create net namespace"};

	client_send(fd, GET_BOX);
	keeper_receive(keeper, WIRE_GET, 5);
	keeper_answer(keeper, WIRE_FAILURE, &wire_failure_layout, &failure);
	client_expect(fd, "{\"error\":\"org.nsctl.SystemError\",\"parameters\":{\"what\":"
			  "\"create net namespace\",\"errno\":28,\"errnoName\":\"ENOSPC\"}}");
	keeper_close_client(keeper, fd, 5);
}

static void check_command_file(int fd)
{
	static const char expected[] = "\2\0\0\0\1\0\0\0sh\0\303\244\0A=b";
	char got[64];

	assert_int_equal(pread(fd, got, sizeof(got), 0), sizeof(expected));
	assert_memory_equal(got, expected, sizeof(expected));
	assert_int_equal(fcntl(fd, F_GET_SEALS),
			 F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
}

/* A call gets two replies, the first with a descriptor. The next call waits for the second one. */
static void test_exec_has_two_replies(void **state)
{
	struct fake_keeper *keeper = *state;
	int fd = keeper_connect(keeper, 6, SCOPE_FULL, NULL), pipe_fds[2];
	struct client_reply reply;
	struct wire_session session;
	struct wire_exec exec;

	assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
	client_send(fd, "{\"method\":\"org.nsctl.Exec\",\"more\":true,\"parameters\":{\"name\":"
			"\"box\",\"command\":[\"sh\",\"\303\244\"],\"environment\":[\"A=b\"]}}");
	client_send(fd, GET_INFO);
	keeper_receive(keeper, WIRE_EXEC, 6);
	assert_int_equal(wire_decode(&keeper->message, &wire_exec_layout, &exec), 0);
	assert_true(exec.command.more);
	check_command_file(exec.command.arguments_fd);
	wire_clear(&wire_session_layout, &session);
	session.session = "0123456789abcdef";
	session.pid = 7;
	session.process_fd = pipe_fds[1];
	keeper_answer(keeper, WIRE_CONTINUES, &wire_session_layout, &session);
	close(pipe_fds[1]);
	client_receive(fd, &reply);
	assert_true(reply.message.continues);
	assert_int_equal(reply.receiver.fds.n, 1);
	client_reply_done(&reply);
	expect_pipe_end(pipe_fds[0]);
	assert_false(is_ready(fd, POLLIN));
	session.process_fd = -1;
	session.pid = 0;
	session.ended = 1;
	session.signal = 9;
	keeper_answer(keeper, 0, &wire_session_layout, &session);
	client_expect(fd, "{\"parameters\":{\"session\":\"0123456789abcdef\",\"signal\":9}}");
	client_expect_info(fd);
	keeper_close_client(keeper, fd, 6);
}

/* --- hostile clients --- */

static void test_call_may_come_byte_by_byte(void **state)
{
	static const char text[] = GET_INFO "\0" GET_INFO;
	int fd = keeper_connect(*state, 7, SCOPE_FULL, NULL);

	for (size_t i = 0; i < sizeof(text); i++)
		assert_int_equal(send(fd, text + i, 1, MSG_NOSIGNAL), 1);
	client_expect_info(fd);
	client_expect_info(fd);
	keeper_close_client(*state, fd, 7);
}

static void test_pipelined_calls_are_answered(void **state)
{
	static const char call[] = GET_INFO;
	int fd = keeper_connect(*state, 8, SCOPE_FULL, NULL);
	struct receiver receiver;
	size_t sent = 0, received = 0;

	receiver_init(&receiver, FRAME_SIZE_MAX);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	while (received < PIPELINED) {
		bool more = sent < PIPELINED * sizeof(call);
		int r;

		wait_for(fd, more ? POLLIN | POLLOUT : POLLIN);
		if (more) {
			ssize_t n = send(fd, call + sent % sizeof(call),
					 sizeof(call) - sent % sizeof(call), MSG_NOSIGNAL);

			sent += n > 0 ? (size_t)n : 0;
		}
		while ((r = receiver_read(&receiver, fd)) == 0) {
			received++;
			receiver_next(&receiver);
		}
		assert_int_equal(r, TRANSPORT_AGAIN);
	}
	receiver_done(&receiver);
	keeper_close_client(*state, fd, 8);
}

static void test_garbage_ends_the_connection(void **state)
{
	static const char *const rows[] = {
		"",
		"x",
		"[]",
		"{}",
		"{\"method\":1}",
		"{\"method\":\"a\",\"method\":\"b\"}",
		"{\"method\":\"org.varlink.service.GetInfo\",\"id\":1}",
		"{\"method\":\"org.nsctl.Get\",\"parameters\":{\"name\":\"a\\u0000b\"}}",
		"{\"method\":\"org.nsctl.Get\",\"parameters\":{\"name\":\"\xff\"}}",
		"{\"method\":\"org.nsctl.Get\",\"parameters\":{\"name\":1e400}}",
		"{\"method\":\"org.nsctl.Get\",\"parameters\":{\"owner\":99999999999999999999}}",
	};

	for (uint32_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int fd = keeper_connect(*state, 100 + i, SCOPE_FULL, NULL);
		char text[512];
		size_t used = 0;

		/* sends all of it at once, because the front may close the connection after the
		 * garbage */
		used += (size_t)sprintf(text + used, "%s", GET_INFO) + 1;
		used += (size_t)sprintf(text + used, "%s", rows[i]) + 1;
		used += (size_t)sprintf(text + used, "%s", GET_INFO) + 1;
		client_send_fds(fd, text, used, NULL, 0);
		/* earlier calls are still answered */
		client_expect_info(fd);
		keeper_expect_closed(*state, 100 + i);
		client_expect_end(fd);
	}
}

/* A megabyte without an end, and then a little more. */
static void test_endless_message_ends_the_connection(void **state)
{
	int fd = keeper_connect(*state, 9, SCOPE_FULL, NULL);
	static char chunk[4096];
	size_t sent = 0;
	ssize_t n;

	memset(chunk, ' ', sizeof(chunk));
	while ((n = send(fd, chunk, sizeof(chunk), MSG_NOSIGNAL)) > 0) {
		sent += (size_t)n;
		assert_true(sent < 16 * FRAME_SIZE_MAX);
	}
	assert_true(sent >= FRAME_SIZE_MAX);
	keeper_expect_closed(*state, 9);
	close(fd);
}

/* Unrequested descriptors are not kept. */
static void test_unrequested_descriptors_are_closed(void **state)
{
	int fd = keeper_connect(*state, 10, SCOPE_FULL, NULL), pipe_fds[2];
	int fds[TRANSPORT_FDS_MAX];

	assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = pipe_fds[1];
	for (int i = 0; i < 20; i++) {
		client_send_fds(fd, GET_INFO, sizeof(GET_INFO), fds, ARRAY_SIZE(fds));
		client_expect_info(fd);
	}
	/* half a message with some, and gone */
	client_send_fds(fd, "{", 1, fds, ARRAY_SIZE(fds));
	close(pipe_fds[1]);
	keeper_close_client(*state, fd, 10);
	expect_pipe_end(pipe_fds[0]);
}

/* `printf ... | nc -N`: a client that has stopped sending may still read. */
static void test_half_closed_client_gets_its_answers(void **state)
{
	struct fake_keeper *keeper = *state;
	int fd = keeper_connect(keeper, 11, SCOPE_FULL, NULL);
	struct wire_set nowhere;

	wire_clear(&wire_set_layout, &nowhere);
	client_send(fd, "{\"method\":\"org.nsctl.Thaw\",\"parameters\":{\"name\":\"box\"}}");
	client_send(fd, GET_INFO);
	client_send(fd, "{\"method\":\"org.nsctl.Identify\"}");
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	keeper_receive(keeper, WIRE_THAW, 11);
	keeper_answer(keeper, 0, NULL, NULL);
	client_expect(fd, "{\"parameters\":{}}");
	client_expect_info(fd);
	keeper_receive(keeper, WIRE_IDENTIFY, 11);
	keeper_answer(keeper, 0, &wire_set_layout, &nowhere);
	client_expect(fd, "{\"parameters\":{\"namespaces\":[]}}");
	keeper_expect_closed(keeper, 11);
	client_expect_end(fd);
}

/* If a client goes, the keeper learns it at once, and later replies are dropped. */
static void test_keeper_learns_that_a_client_has_gone(void **state)
{
	struct fake_keeper *keeper = *state;
	int fd = keeper_connect(keeper, 12, SCOPE_FULL, NULL), pipe_fds[2];
	struct wire_session session;
	uint32_t request;

	assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
	client_send(fd, "{\"method\":\"org.nsctl.Exec\",\"more\":true,\"parameters\":{\"name\":"
			"\"box\",\"command\":[\"sleep\"]}}");
	client_send(fd, GET_INFO);
	keeper_receive(keeper, WIRE_EXEC, 12);
	request = keeper->message.header->nlmsg_seq;
	close(fd);
	keeper_expect_closed(keeper, 12);
	wire_clear(&wire_session_layout, &session);
	session.session = "0123456789abcdef";
	session.process_fd = pipe_fds[1];
	wire_begin(&keeper->writer, WIRE_EXEC, WIRE_REPLY | WIRE_CONTINUES, request, 12);
	wire_put(&keeper->writer, &wire_session_layout, &session);
	assert_int_equal(wire_send(&keeper->writer, keeper->channel_fd), 0);
	close(pipe_fds[1]);
	expect_pipe_end(pipe_fds[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interfaces_are_described),
		cmocka_unit_test(test_wrong_calls_are_refused),
		cmocka_unit_test(test_oneway_call_gets_no_reply),
		cmocka_unit_test(test_front_adds_nothing_to_a_direct_reply),
		cmocka_unit_test(test_confined_client_may_ask_little),
		cmocka_unit_test(test_failure_of_the_keeper_becomes_an_error),
		cmocka_unit_test(test_exec_has_two_replies),
		cmocka_unit_test(test_call_may_come_byte_by_byte),
		cmocka_unit_test(test_pipelined_calls_are_answered),
		cmocka_unit_test(test_garbage_ends_the_connection),
		cmocka_unit_test(test_endless_message_ends_the_connection),
		cmocka_unit_test(test_unrequested_descriptors_are_closed),
		cmocka_unit_test(test_half_closed_client_gets_its_answers),
		cmocka_unit_test(test_keeper_learns_that_a_client_has_gone),
	};

	return cmocka_run_group_tests(tests, keeper_set_up, keeper_tear_down);
}
