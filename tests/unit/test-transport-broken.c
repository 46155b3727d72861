/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* transport.c: ends and failures of connections, after which nothing stays open. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base.h"
#include "protocol/transport.h"
#include "tests/unit/transport.h"

static void assert_broken(struct fixture *fixture, int outcome)
{
	assert_int_equal(receiver_read(&fixture->receiver, fixture->ours_fd), outcome);
	assert_int_equal(fixture->receiver.fds.n, 0);
	assert_int_equal(count_fds(), fixture->n_fds + (fixture->peer_fd >= 0 ? 2 : 1));
}

static void test_too_many_descriptors_break_the_connection(void **state)
{
	struct fixture *fixture = *state;

	/* the kernel's limit is one of sendmsg(2), ours one of a message */
	assert_int_equal(peer_send(fixture->peer_fd, "a", 1, TRANSPORT_FDS_MAX + 1), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(peer_send(fixture->peer_fd, "a", 1, TRANSPORT_FDS_MAX), 1);
	assert_int_equal(peer_send(fixture->peer_fd, "b", 2, 1), 2);
	assert_broken(fixture, TRANSPORT_BROKEN);
}

static void test_truncated_descriptors_break_the_connection(void **state)
{
	struct fixture *fixture = *state;
	struct rlimit limit, low;
	int r;

	/* room for some of the descriptors that come, not for all: the kernel says MSG_CTRUNC */
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	low = limit;
	low.rlim_cur = 20;
	assert_int_equal(peer_send(fixture->peer_fd, "x", 2, 100), 2);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	r = receiver_read(&fixture->receiver, fixture->ours_fd);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(r, TRANSPORT_BROKEN);
	assert_int_equal(fixture->receiver.fds.n, 0);
	assert_int_equal(count_fds(), fixture->n_fds + 2);
}

static void test_end_within_a_message_breaks_the_connection(void **state)
{
	static const struct {
		const char *bytes;
		size_t n, n_fds, n_messages;
		int outcome;
	} rows[] = {
		{"", 0, 0, 0, TRANSPORT_END},	     {"a", 2, 0, 1, TRANSPORT_END},
		{"a\0b", 4, 2, 2, TRANSPORT_END},    {"a", 1, 0, 0, TRANSPORT_BROKEN},
		{"a", 1, 5, 0, TRANSPORT_BROKEN},    {"a\0b", 3, 0, 1, TRANSPORT_BROKEN},
		{"a\0b", 3, 5, 1, TRANSPORT_BROKEN},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (int half = 0; half < 2; half++) {
			struct fixture *fixture = *state;

			if (rows[i].n > 0)
				assert_int_equal(peer_send(fixture->peer_fd, rows[i].bytes,
							   rows[i].n, rows[i].n_fds),
						 rows[i].n);
			if (half)
				assert_int_equal(shutdown(fixture->peer_fd, SHUT_WR), 0);
			else
				fixture->peer_fd = close_fd(fixture->peer_fd);
			for (size_t j = 0; j < rows[i].n_messages; j++) {
				assert_int_equal(
					receiver_read(&fixture->receiver, fixture->ours_fd), 0);
				receiver_next(&fixture->receiver);
			}
			assert_broken(fixture, rows[i].outcome);
			assert_int_equal(tear_down(state), 0);
			set_up(state);
		}
	}
}

static void test_too_long_message_breaks_the_connection(void **state)
{
	struct fixture *fixture = *state;

	receiver_done(&fixture->receiver);
	receiver_init(&fixture->receiver, 10);
	assert_int_equal(peer_send(fixture->peer_fd, "0123456789", 11, 0), 11);
	assert_message(fixture, "0123456789", 0);
	receiver_next(&fixture->receiver);
	assert_int_equal(peer_send(fixture->peer_fd, "0123456789x", 12, 3), 12);
	assert_broken(fixture, TRANSPORT_BROKEN);
}

static void test_reset_keeps_received_messages(void **state)
{
	struct fixture *fixture = *state;

	/* a peer that closes before it has read our message */
	assert_int_equal(peer_send(fixture->ours_fd, "x", 2, 0), 2);
	assert_int_equal(peer_send(fixture->peer_fd, "a", 2, 3), 2);
	fixture->peer_fd = close_fd(fixture->peer_fd);
	assert_int_equal(sender_queue(&fixture->sender, strdup("y"), 2, NULL, 0), 0);
	assert_int_equal(sender_flush(&fixture->sender, fixture->ours_fd), TRANSPORT_BROKEN);
	assert_message(fixture, "a", 3);
	receiver_next(&fixture->receiver);
	/* the error may have gone to the sender already; then this is the end */
	assert_in_range(receiver_read(&fixture->receiver, fixture->ours_fd), TRANSPORT_END,
			TRANSPORT_UNREAD);
}

static void test_reset_means_that_a_message_is_unread(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(peer_send(fixture->ours_fd, "x", 2, 0), 2);
	fixture->peer_fd = close_fd(fixture->peer_fd);
	assert_broken(fixture, TRANSPORT_UNREAD);
}

static void test_other_files_are_refused(void **state)
{
	struct fixture *fixture = *state;
	_cleanup_fd_ int fd = -1;
	ino_t inode;

	fd = make_fd(&inode);
	assert_int_equal(receiver_read(&fixture->receiver, fd), -ENOTSOCK);
	assert_int_equal(sender_flush(&fixture->sender, fd), 0);
	assert_int_equal(sender_queue(&fixture->sender, strdup("y"), 2, NULL, 0), 0);
	assert_int_equal(sender_flush(&fixture->sender, fd), -ENOTSOCK);
	assert_int_equal(fixture->sender.queued, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_too_many_descriptors_break_the_connection),
		TEST(test_truncated_descriptors_break_the_connection),
		TEST(test_end_within_a_message_breaks_the_connection),
		TEST(test_too_long_message_breaks_the_connection),
		TEST(test_reset_keeps_received_messages),
		TEST(test_reset_means_that_a_message_is_unread),
		TEST(test_other_files_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
