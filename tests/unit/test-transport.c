/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* transport.c: how bytes become messages, and which message each descriptor belongs to. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

#include "base.h"
#include "protocol/transport.h"
#include "tests/unit/transport.h"

static void assert_fd(int fd, ino_t inode)
{
	struct stat st;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_true(st.st_ino == inode);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

#define PIPELINE_MAX 4

/* Message i: size bytes of its letter, and its descriptors. */
static void queue_message(struct sender *sender, size_t i, size_t size, size_t n_fds,
			  ino_t *ret_inodes)
{
	char *text = malloc(size + 1);
	int fds[8];

	assert_non_null(text);
	memset(text, 'a' + (int)i, size);
	text[size] = '\0';
	for (size_t j = 0; j < n_fds; j++)
		fds[j] = make_fd(&ret_inodes[j]);
	assert_int_equal(sender_queue(sender, text, size + 1, fds, n_fds), 0);
}

static void check_pipeline(struct fixture *fixture, const size_t *n_fds, size_t size)
{
	ino_t inodes[PIPELINE_MAX][8];
	size_t i;

	for (i = 0; i < PIPELINE_MAX; i++)
		queue_message(&fixture->sender, i, size, n_fds[i], inodes[i]);
	assert_int_equal(fixture->sender.queued, PIPELINE_MAX * (size + 1));
	for (i = 0; i < PIPELINE_MAX;) {
		struct receiver *receiver = &fixture->receiver;
		int sent = sender_flush(&fixture->sender, fixture->peer_fd);
		int r = receiver_read(receiver, fixture->ours_fd);

		assert_in_range(sent, 0, TRANSPORT_AGAIN);
		if (r == TRANSPORT_AGAIN) {
			assert_int_equal(sent, TRANSPORT_AGAIN);
			continue;
		}
		assert_int_equal(r, 0);
		assert_int_equal(receiver->frame.used, size);
		assert_true(size == 0 || receiver->frame.data[size - 1] == 'a' + (int)i);
		assert_int_equal(receiver->fds.n, n_fds[i]);
		for (size_t j = 0; j < n_fds[i]; j++)
			assert_fd(receiver->fds.fds[j], inodes[i][j]);
		receiver_next(receiver);
		assert_int_equal(receiver->fds.n, 0);
		i++;
	}
	assert_int_equal(sender_flush(&fixture->sender, fixture->peer_fd), 0);
	assert_int_equal(fixture->sender.queued, 0);
	assert_null(fixture->sender.first);
	assert_null(fixture->sender.last);
}

static void test_pipelined_messages_keep_their_descriptors(void **state)
{
	static const size_t n_fds[][PIPELINE_MAX] = {
		{0, 0, 0, 0}, {0, 2, 1, 0}, {1, 0, 0, 2}, {0, 0, 0, 8}, {3, 3, 3, 3}, {8, 0, 8, 0},
	};
	/* around the size of a read, and more than a socket buffer holds */
	static const size_t sizes[] = {0, 1, 10, 16383, 16384, 16385, 40000, 700000};

	for (size_t i = 0; i < ARRAY_SIZE(n_fds); i++)
		for (size_t j = 0; j < ARRAY_SIZE(sizes); j++)
			check_pipeline(*state, n_fds[i], sizes[j]);
}

static void test_glued_messages_are_separated(void **state)
{
	struct fixture *fixture = *state;

	/* three messages in one send: the descriptors belong to the message with the first byte */
	assert_int_equal(peer_send(fixture->peer_fd, "one\0two\0thr", 11, 2), 11);
	assert_int_equal(peer_send(fixture->peer_fd, "ee\0four\0", 8, 1), 8);
	assert_message(fixture, "one", 2);
	receiver_next(&fixture->receiver);
	assert_message(fixture, "two", 0);
	receiver_next(&fixture->receiver);
	assert_message(fixture, "three", 1);
	receiver_next(&fixture->receiver);
	assert_message(fixture, "four", 0);
	receiver_next(&fixture->receiver);
	assert_int_equal(receiver_read(&fixture->receiver, fixture->ours_fd), TRANSPORT_AGAIN);
}

static void test_message_may_be_split_anywhere(void **state)
{
	static const char stream[] = "one\0two\0\0three";
	static const char *const messages[] = {"one", "two", "", "three"};
	struct fixture *fixture = *state;

	for (size_t split = 0; split <= sizeof(stream); split++) {
		size_t n = 0;

		for (size_t part = 0; part < 2; part++) {
			size_t from = part ? split : 0, to = part ? sizeof(stream) : split;
			int r;

			if (from == to)
				continue;
			assert_int_equal(peer_send(fixture->peer_fd, stream + from, to - from, 0),
					 to - from);
			while ((r = receiver_read(&fixture->receiver, fixture->ours_fd)) == 0) {
				assert_string_equal(fixture->receiver.frame.data, messages[n++]);
				receiver_next(&fixture->receiver);
			}
			assert_int_equal(r, TRANSPORT_AGAIN);
		}
		assert_int_equal(n, ARRAY_SIZE(messages));
	}
}

static void test_message_may_have_the_most_descriptors(void **state)
{
	struct fixture *fixture = *state;
	int on = 1;

	/* unrequested credentials must not cost a descriptor */
	for (int i = 0; i < 2; i++) {
		int fd;

		assert_int_equal(peer_send(fixture->peer_fd, "x", 2, TRANSPORT_FDS_MAX), 2);
		assert_message(fixture, "x", TRANSPORT_FDS_MAX);
		fd = fd_list_take(&fixture->receiver.fds, TRANSPORT_FDS_MAX - 1);
		assert_true(fd >= 0);
		receiver_next(&fixture->receiver);
		/* taken is ours, the rest has been closed */
		assert_int_equal(count_fds(), fixture->n_fds + 3);
		close(fd);
		assert_int_equal(
			setsockopt(fixture->ours_fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)), 0);
	}
	/* 253 in pieces */
	assert_int_equal(peer_send(fixture->peer_fd, "a", 1, 100), 1);
	assert_int_equal(peer_send(fixture->peer_fd, "b", 1, 153), 1);
	assert_int_equal(peer_send(fixture->peer_fd, "c", 2, 0), 2);
	assert_message(fixture, "abc", TRANSPORT_FDS_MAX);
}

static void test_sender_keeps_unsent_messages(void **state)
{
	struct fixture *fixture = *state;
	size_t size = 4 * 1024 * 1024;
	ino_t inodes[8];

	/* a message larger than the socket takes: its descriptors are sent with the first bytes */
	queue_message(&fixture->sender, 0, size, 2, inodes);
	queue_message(&fixture->sender, 1, 5, 3, inodes);
	assert_int_equal(count_fds(), fixture->n_fds + 2 + 5);
	assert_int_equal(sender_flush(&fixture->sender, fixture->peer_fd), TRANSPORT_AGAIN);
	assert_int_equal(count_fds(), fixture->n_fds + 2 + 3);
	assert_in_range(fixture->sender.queued, 1, size + 6);
	/* tear_down() closes descriptors that were never sent */
}

static void test_descriptors_are_taken_by_number(void **state)
{
	struct fixture *fixture = *state;
	struct fd_list *list = &fixture->receiver.fds;
	int fd;

	assert_int_equal(fd_list_take(list, 0), -1);
	assert_int_equal(peer_send(fixture->peer_fd, "x", 2, 2), 2);
	assert_message(fixture, "x", 2);
	assert_int_equal(fd_list_take(list, -1), -1);
	assert_int_equal(fd_list_take(list, 2), -1);
	assert_int_equal(fd_list_take(list, INT64_MAX), -1);
	assert_int_equal(fd_list_take(list, INT64_MIN), -1);
	assert_int_equal(fd_list_take(list, INT64_C(1) << 32), -1);
	fd = fd_list_take(list, 1);
	assert_true(fd >= 0);
	assert_int_equal(fd_list_take(list, 1), -1);
	close(fd);
	fd_list_done(list);
	fd_list_done(list);
}

static volatile sig_atomic_t signals;
static int signal_fd = -1;

static void on_alarm(int signal _unused_)
{
	/* the fifth ends the wait, so at least four have interrupted it */
	if (++signals == 5 && write(signal_fd, "late", 5) != 5)
		abort();
}

static void test_interrupted_read_goes_on(void **state)
{
	struct sigaction action = {.sa_handler = on_alarm}, before;
	struct itimerval often = {{0, 2000}, {0, 2000}}, never = {{0, 0}, {0, 0}};
	struct fixture *fixture = *state;

	/* a blocking socket waits in the kernel, and goes on waiting after a signal */
	assert_int_equal(fcntl(fixture->ours_fd, F_SETFL, 0), 0);
	signal_fd = fixture->peer_fd;
	assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	assert_message(fixture, "late", 0);
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
	assert_true(signals >= 5);
}

static void test_connect_reports_its_failure(void **state)
{
	struct fixture *fixture = *state;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char directory[] = "/tmp/test-transport-XXXXXX", path[64], long_path[200];
	_cleanup_fd_ int listen_fd = -1, client_fd = -1, server_fd = -1;

	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/socket", directory);
	strcpy(address.sun_path, path);
	assert_int_equal(transport_connect(path), -ENOENT);
	listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(listen_fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(transport_connect(path), -ECONNREFUSED);
	assert_int_equal(listen(listen_fd, 1), 0);
	client_fd = transport_connect(path);
	assert_true(client_fd >= 0);
	assert_true(fcntl(client_fd, F_GETFD) & FD_CLOEXEC);
	assert_false(fcntl(client_fd, F_GETFL) & O_NONBLOCK);
	server_fd = accept(listen_fd, NULL, NULL);
	assert_true(server_fd >= 0);
	assert_int_equal(sender_queue(&fixture->sender, strdup("hello"), 6, NULL, 0), 0);
	assert_int_equal(sender_flush(&fixture->sender, client_fd), 0);
	assert_int_equal(receiver_read(&fixture->receiver, server_fd), 0);
	assert_string_equal(fixture->receiver.frame.data, "hello");

	assert_int_equal(transport_connect(""), -EINVAL);
	memset(long_path, 'a', sizeof(long_path) - 1);
	long_path[sizeof(long_path) - 1] = '\0';
	assert_int_equal(transport_connect(long_path), -ENAMETOOLONG);
	long_path[sizeof(address.sun_path)] = '\0';
	assert_int_equal(transport_connect(long_path), -ENAMETOOLONG);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(directory), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_pipelined_messages_keep_their_descriptors),
		TEST(test_glued_messages_are_separated),
		TEST(test_message_may_be_split_anywhere),
		TEST(test_message_may_have_the_most_descriptors),
		TEST(test_sender_keeps_unsent_messages),
		TEST(test_descriptors_are_taken_by_number),
		TEST(test_interrupted_read_goes_on),
		TEST(test_connect_reports_its_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
