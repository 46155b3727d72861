/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The test plays the keeper. The front is the real program, started as nsctld starts it. Clients
 * are socket pairs that the test hands to the front. Every wait has a generous bound.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "base.h"
#include "daemon/wire/layout.h"
#include "daemon/wire/message.h"
#include "daemon/wire/stream.h"
#include "protocol/message.h"
#include "protocol/transport.h"
#include "tests/unit/program.h"

struct fake_keeper {
	pid_t pid;
	int channel_fd, requests_fd;
	struct wire_writer writer;
	struct wire_inbox inbox;
	struct wire_message message;
	/* the worker's end of a lane, and the descriptors of the last request */
	int lane_fd;
	struct wire_message lane;
	struct wire_handles handles;
};

/* --- the program --- */

/* descriptors: its RLIMIT_NOFILE; 0: as it is. */
static inline void keeper_start(struct fake_keeper *keeper, unsigned int descriptors)
{
	char path[PATH_MAX], *arguments[] = {path, NULL};
	int pair[2], ends[2];

	find_program("nsctld-front", path);
	keeper->lane_fd = -1;
	assert_int_equal(wire_writer_init(&keeper->writer, WIRE_SIZE_MAX), 0);
	assert_int_equal(wire_message_init_stream(&keeper->message), 0);
	assert_int_equal(wire_message_init(&keeper->lane), 0);
	assert_int_equal(wire_inbox_init(&keeper->inbox), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(shutdown(pair[0], SHUT_RD), 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	keeper->pid = fork();
	assert_true(keeper->pid >= 0);
	if (keeper->pid == 0) {
		struct rlimit limit = {descriptors, descriptors};
		int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		int channel = fcntl(pair[1], F_DUPFD_CLOEXEC, 10);
		int requests = fcntl(ends[1], F_DUPFD_CLOEXEC, 10);

		if (dup2(null_fd, 0) < 0 || dup2(null_fd, 1) < 0 || dup2(channel, 3) < 0 ||
		    dup2(requests, 4) < 0 || (descriptors && setrlimit(RLIMIT_NOFILE, &limit) < 0))
			_exit(126);
		execv(path, arguments);
		_exit(127);
	}
	close(pair[1]);
	close(ends[1]);
	keeper->channel_fd = pair[0];
	keeper->requests_fd = ends[0];
}

/* Closes the channel, after which the front ends in an orderly way. */
static inline void keeper_stop(struct fake_keeper *keeper)
{
	int status;

	close(keeper->channel_fd);
	close(keeper->requests_fd);
	keeper->lane_fd = close_fd(keeper->lane_fd);
	assert_int_equal(waitpid(keeper->pid, &status, 0), keeper->pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	wire_writer_done(&keeper->writer);
	wire_message_done(&keeper->message);
	wire_message_done(&keeper->lane);
	wire_inbox_done(&keeper->inbox);
}

/* Set-up and tear-down of a test whose state is a keeper. */
static inline int keeper_set_up(void **state)
{
	static struct fake_keeper keeper;

	keeper_start(&keeper, 0);
	*state = &keeper;
	return 0;
}

static inline int keeper_tear_down(void **state)
{
	keeper_stop(*state);
	return 0;
}

/* --- the channel --- */

/* Gives the front a new client's connection. Returns the client's end, which is blocking. */
static inline int keeper_connect(struct fake_keeper *keeper, uint32_t number, uint32_t scope,
				 const char *reason)
{
	struct wire_connection wire = {.scope = scope, .reason = reason};
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(fcntl(pair[1], F_SETFL, O_NONBLOCK), 0);
	wire.socket_fd = pair[1];
	wire_begin(&keeper->writer, WIRE_CONNECTION, 0, 0, number);
	wire_put(&keeper->writer, &wire_connection_layout, &wire);
	assert_int_equal(wire_send(&keeper->writer, keeper->channel_fd), 0);
	close(pair[1]);
	return pair[0];
}

/* Gives the front a lane, as a worker makes it. */
static inline void keeper_open_lane(struct fake_keeper *keeper, uint32_t number)
{
	struct wire_lane wire = {.number = number};
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	keeper->lane_fd = close_fd(keeper->lane_fd);
	keeper->lane_fd = pair[1];
	wire.lane_fd = pair[0];
	wire_begin(&keeper->writer, WIRE_LANE, 0, 0, 0);
	wire_put(&keeper->writer, &wire_lane_layout, &wire);
	assert_int_equal(wire_send(&keeper->writer, keeper->channel_fd), 0);
	close(pair[0]);
}

/* Fetches the descriptors of the request that has just been received: they came before it. */
static inline void keeper_fetch(struct fake_keeper *keeper)
{
	const struct nlattr *position = NULL;
	struct wire_lane wire;

	keeper->handles.n = 0;
	if (wire_next_item(&keeper->message, WIRE_ITEM_LANE, &position, &wire_lane_layout, &wire) !=
	    1)
		return;
	assert_int_equal(wire_receive_now(&keeper->lane, keeper->lane_fd), 1);
	assert_int_equal(keeper->lane.header->nlmsg_pid, keeper->message.header->nlmsg_pid);
	assert_int_equal(keeper->lane.header->nlmsg_seq, keeper->message.header->nlmsg_seq);
	for (size_t i = 0; i < keeper->lane.n_fds; i++)
		keeper->handles.fds[keeper->handles.n++] = keeper->lane.fds[i];
	keeper->message.handles = &keeper->handles;
}

/* Receives the next request or notice. Opens a lane whenever the front wants one. Skips the notice
 * that the front has closed an idle lane, which comes after some seconds on a slow machine. */
static inline void keeper_receive_any(struct fake_keeper *keeper)
{
	for (uint32_t number = 1;; number++) {
		if (!wire_inbox_has_message(&keeper->inbox))
			wait_for(keeper->requests_fd, POLLIN);
		assert_int_equal(
			wire_inbox_receive(&keeper->inbox, keeper->requests_fd, &keeper->message),
			1);
		if (keeper->message.header->nlmsg_type == WIRE_LANE)
			continue;
		if (keeper->message.header->nlmsg_type != WIRE_LANE_WANTED)
			break;
		keeper_open_lane(keeper, number);
	}
	keeper_fetch(keeper);
}

static inline void keeper_receive(struct fake_keeper *keeper, uint16_t op, uint32_t connection)
{
	keeper_receive_any(keeper);
	assert_int_equal(keeper->message.header->nlmsg_type, op);
	assert_int_equal(keeper->message.header->nlmsg_pid, connection);
}

/* Answers the request that was received last. */
static inline void keeper_answer(struct fake_keeper *keeper, uint16_t flags,
				 const struct wire_layout *layout, const void *value)
{
	const struct nlmsghdr *header = keeper->message.header;

	wire_begin(&keeper->writer, header->nlmsg_type, WIRE_REPLY | flags, header->nlmsg_seq,
		   header->nlmsg_pid);
	if (layout)
		wire_put(&keeper->writer, layout, value);
	assert_int_equal(wire_send(&keeper->writer, keeper->channel_fd), 0);
}

/* --- clients --- */

/* Sends all bytes, with the descriptors beside the first byte. */
static inline void client_send_fds(int fd, const char *bytes, size_t size, const int *fds,
				   size_t n_fds)
{
	struct sender sender;
	char *copy = malloc(size);
	int *copies = calloc(n_fds + 1, sizeof(*copies));

	assert_true(copy && copies);
	memcpy(copy, bytes, size);
	for (size_t i = 0; i < n_fds; i++) {
		copies[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 0);
		assert_true(copies[i] >= 0);
	}
	sender_init(&sender);
	assert_int_equal(sender_queue(&sender, copy, size, copies, n_fds), 0);
	assert_int_equal(sender_flush(&sender, fd), 0);
	sender_done(&sender);
	free(copies);
}

/* Text and its NUL. */
static inline void client_send(int fd, const char *text)
{
	client_send_fds(fd, text, strlen(text) + 1, NULL, 0);
}

struct client_reply {
	struct receiver receiver;
	struct message_reply message;
};

static inline void client_receive(int fd, struct client_reply *ret)
{
	receiver_init(&ret->receiver, FRAME_SIZE_MAX);
	wait_for(fd, POLLIN);
	assert_int_equal(receiver_read(&ret->receiver, fd), 0);
	assert_int_equal(message_parse_reply(ret->receiver.frame.data, ret->receiver.frame.used,
					     &ret->message),
			 0);
}

static inline void client_reply_done(struct client_reply *reply)
{
	message_reply_done(&reply->message);
	receiver_done(&reply->receiver);
}

/* Checks that the next reply is this text, with its members in any order. */
static inline void client_expect(int fd, const char *expected)
{
	json_t *wanted = json_loads(expected, 0, NULL);
	struct client_reply reply;

	client_receive(fd, &reply);
	assert_non_null(wanted);
	if (!json_equal(reply.message.root, wanted))
		fail_msg("got %s, not %s", reply.receiver.frame.data, expected);
	json_decref(wanted);
	client_reply_done(&reply);
}

/* Nothing more comes, and the other end is closed. */
static inline void client_expect_end(int fd)
{
	char byte;
	ssize_t n;

	wait_for(fd, POLLIN);
	n = recv(fd, &byte, 1, 0);
	assert_true(n == 0 || (n < 0 && errno == ECONNRESET));
	close(fd);
}

#define GET_INFO "{\"method\":\"org.varlink.service.GetInfo\"}"

/* The answer to GET_INFO. */
static inline void client_expect_info(int fd)
{
	struct client_reply reply;

	client_receive(fd, &reply);
	assert_null(reply.message.error);
	assert_string_equal(json_string_value(json_object_get(reply.message.parameters, "product")),
			    "nsctld");
	client_reply_done(&reply);
}

/* The front has hung up on a client, and says so. */
static inline void keeper_expect_closed(struct fake_keeper *keeper, uint32_t number)
{
	keeper_receive(keeper, WIRE_CLOSED, number);
}

static inline void keeper_close_client(struct fake_keeper *keeper, int fd, uint32_t number)
{
	close(fd);
	keeper_expect_closed(keeper, number);
}
