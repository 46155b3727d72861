/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libnsctl over a socket pair: calls, replies, waits, and how connections fail. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base.h"
#include "lib/connection.h"
#include "protocol/error.h"
#include "tests/unit/fds.h"

struct pair {
	size_t n_fds;
	struct nsctl *nsctl;
	int peer_fd;
	struct receiver receiver; /* of the peer */
};

static int set_up(void **state)
{
	struct pair *pair = calloc(1, sizeof(*pair));
	int fds[2];

	assert_non_null(pair);
	pair->n_fds = count_fds();
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	assert_int_equal(connection_new(fds[0], &pair->nsctl), 0);
	pair->peer_fd = fds[1];
	receiver_init(&pair->receiver, FRAME_SIZE_MAX);
	*state = pair;
	return 0;
}

static int tear_down(void **state)
{
	struct pair *pair = *state;

	assert_null(nsctl_close(pair->nsctl));
	receiver_done(&pair->receiver);
	close_fd(pair->peer_fd);
	assert_int_equal(count_fds(), pair->n_fds);
	free(pair);
	return 0;
}

/* Returns the next call that the peer gets. */
static const char *heard(struct pair *pair)
{
	receiver_next(&pair->receiver);
	assert_int_equal(receiver_read(&pair->receiver, pair->peer_fd), 0);
	return pair->receiver.frame.data;
}

static void answer(struct pair *pair, const char *text)
{
	assert_int_equal(write(pair->peer_fd, text, strlen(text) + 1), strlen(text) + 1);
}

static int call(struct pair *pair, const char *method, unsigned int flags)
{
	return nsctl_call(pair->nsctl, method, NULL, NULL, 0, flags);
}

static void test_calls_are_sent(void **state)
{
	struct pair *pair = *state;
	const int pipe_end = STDIN_FILENO;

	assert_int_equal(call(pair, "Get", 0), 0);
	assert_string_equal(heard(pair), "{\"method\":\"org.nsctl.Get\",\"parameters\":{}}");
	assert_int_equal(nsctl_call(pair->nsctl, "org.varlink.service.GetInfo",
				    "{\"a\": [null, 1]}", &pipe_end, 1, NSCTL_MORE),
			 0);
	assert_string_equal(heard(pair), "{\"method\":\"org.varlink.service.GetInfo\","
					 "\"parameters\":{\"a\":[null,1]},\"more\":true}");
	assert_int_equal(pair->receiver.fds.n, 1);
	assert_int_equal(call(pair, "Get", NSCTL_ONEWAY), 0);
	assert_non_null(strstr(heard(pair), "\"oneway\":true"));
}

static void test_wrong_arguments_are_refused(void **state)
{
	static const char *const texts[] = {"", "[]", "{", "{\"a\":1,\"a\":2}", "{\"a\":\"\xff\"}"};
	struct pair *pair = *state;
	struct nsctl_reply *reply = (void *)state;
	_cleanup_free_ char *long_text = calloc(1, FRAME_SIZE_MAX + 16);
	const int closed_fd = 1000000;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(nsctl_call(pair->nsctl, "Get", texts[i], NULL, 0, 0), -EINVAL);
	assert_int_equal(nsctl_create(pair->nsctl, "\xff", NULL, NULL, 0, &reply), -EINVAL);
	assert_null(reply);
	assert_int_equal(nsctl_call(pair->nsctl, "Get", NULL, &closed_fd, 1, 0), -EBADF);
	assert_int_equal(nsctl_call(pair->nsctl, "Get", NULL, NULL, TRANSPORT_FDS_MAX + 1, 0),
			 -EINVAL);
	assert_non_null(long_text);
	sprintf(long_text, "{\"a\":\"%*s\"}", FRAME_SIZE_MAX, "b");
	assert_int_equal(nsctl_call(pair->nsctl, "Get", long_text, NULL, 0, 0), -EMSGSIZE);
	/* the connection goes on, and no call is due */
	assert_int_equal(nsctl_next(pair->nsctl, -1, &reply), -ENODATA);
	assert_int_equal(call(pair, "List", 0), 0);
	assert_non_null(strstr(heard(pair), "List"));
}

static void test_replies_come_in_order(void **state)
{
	struct pair *pair = *state;
	struct nsctl_reply *reply;

	assert_int_equal(call(pair, "Monitor", NSCTL_MORE), 0);
	assert_int_equal(call(pair, "Get", 0), 0);
	assert_int_equal(nsctl_next(pair->nsctl, 0, &reply), -EAGAIN);
	assert_int_equal(nsctl_next(pair->nsctl, 1, &reply), -EAGAIN);
	answer(pair, "{\"parameters\":{\"sets\":[]},\"continues\":true}");
	answer(pair, "{\"parameters\":{}}");
	answer(pair, "{}");
	assert_int_equal(nsctl_next(pair->nsctl, -1, &reply), 0);
	assert_string_equal(nsctl_reply_parameters(reply), "{\"sets\":[]}");
	assert_true(nsctl_reply_continues(reply));
	assert_null(nsctl_reply_error(reply));
	assert_null(nsctl_reply_message(reply));
	assert_int_equal(nsctl_reply_errno(reply), 0);
	assert_null(nsctl_reply_free(reply));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(nsctl_next(pair->nsctl, -1, &reply), 0);
		assert_string_equal(nsctl_reply_parameters(reply), "{}");
		assert_false(nsctl_reply_continues(reply));
		nsctl_reply_free(reply);
	}
	assert_int_equal(nsctl_next(pair->nsctl, -1, &reply), -ENODATA);
}

static void test_descriptors_come_with_their_reply(void **state)
{
	static const char text[] = "{\"parameters\":{\"aFileDescriptor\":1}}";
	struct pair *pair = *state;
	struct sender sender;
	struct nsctl_reply *reply;
	int fds[2], fd;

	sender_init(&sender);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(sender_queue(&sender, strdup(text), sizeof(text), fds, 2), 0);
	assert_int_equal(sender_flush(&sender, pair->peer_fd), 0);
	assert_int_equal(call(pair, "Get", 0), 0);
	assert_int_equal(nsctl_next(pair->nsctl, -1, &reply), 0);
	fd = nsctl_reply_take_fd(reply, 1);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(nsctl_reply_take_fd(reply, 1), -EBADF);
	assert_int_equal(nsctl_reply_take_fd(reply, 2), -EBADF);
	assert_int_equal(nsctl_reply_take_fd(reply, -1), -EBADF);
	nsctl_reply_free(reply);
	close_fd(fd);
	/* the other one was not taken, and tear_down() counts */
}

static void test_errors_have_errno_and_message(void **state)
{
	static const struct {
		const char *error, *parameters, *sentence;
		int number;
	} rows[] = {
		{"org.nsctl.NotFound", "\"what\":\"set\",\"name\":\"a\"",
		 "there is no set called a", -ENOENT},
		{"org.nsctl.Exists", "\"what\":\"link\",\"name\":\"a\"",
		 "there is already a link called a", -EEXIST},
		{"org.nsctl.Busy", "\"name\":\"a\",\"state\":\"removing\"", "a is removing",
		 -EBUSY},
		{"org.nsctl.InvalidValue", "\"field\":\"spec.dns\",\"reason\":\"no\"",
		 "spec.dns: no", -EINVAL},
		{"org.nsctl.LimitExceeded", "\"limit\":\"sets\",\"value\":7",
		 "the limit on sets (7) is reached", -EDQUOT},
		{"org.nsctl.SystemError", "\"what\":\"do\",\"errno\":13,\"errnoName\":\"EACCES\"",
		 "do: Permission denied (EACCES)", -EACCES},
		{"org.nsctl.SystemError", "\"errno\":-3", "the operation failed: ?", -EREMOTEIO},
		{"org.nsctl.EventsLost", "", "events were lost, because they were read too slowly",
		 -ENOBUFS},
		{"org.varlink.service.ExpectedMore", "",
		 "the answer may be several replies: ask for more than one", -EMSGSIZE},
		{"org.varlink.service.InvalidParameter", "\"parameter\":\"spec.x\"",
		 "nsctld does not accept spec.x: missing, unknown, or of another type", -EINVAL},
		{"org.varlink.service.MethodNotFound", "\"method\":\"org.nsctl.X\"",
		 "nsctld does not have org.nsctl.X", -ENOSYS},
		{"org.other.Error", "\"a\":1", "org.other.Error {\"a\":1}", -EREMOTEIO},
	};
	struct pair *pair = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct nsctl_reply *reply;
		char text[256];

		snprintf(text, sizeof(text), "{\"error\":\"%s\",\"parameters\":{%s}}",
			 rows[i].error, rows[i].parameters);
		answer(pair, text);
		assert_int_equal(nsctl_ask(pair->nsctl, "Get", NULL, NULL, 0, &reply),
				 rows[i].number);
		assert_string_equal(nsctl_reply_error(reply), rows[i].error);
		assert_string_equal(nsctl_reply_message(reply), rows[i].sentence);
		nsctl_reply_free(reply);
	}
}

/* Every error of the interface has an errno of its own, and a sentence that is not its id. */
static void test_each_error_has_its_own_errno(void **state)
{
	struct pair *pair = *state;

	for (int i = ERROR_NONE + 1; i < ERROR_COUNT; i++) {
		struct nsctl_reply *reply;
		char text[128];

		snprintf(text, sizeof(text), "{\"error\":\"%s\",\"parameters\":{\"errno\":2}}",
			 error_id(i));
		answer(pair, text);
		assert_int_equal(call(pair, "Get", 0), 0);
		assert_int_equal(nsctl_next(pair->nsctl, -1, &reply), 0);
		assert_int_not_equal(nsctl_reply_errno(reply), -EREMOTEIO);
		assert_string_not_equal(nsctl_reply_message(reply), error_id(i));
		nsctl_reply_free(reply);
	}
}

static void test_command_is_run_and_waited_for(void **state)
{
	static const struct {
		const char *end;
		int r, status;
	} rows[] = {
		{"{\"parameters\":{\"exitStatus\":3}}", 0, W_EXITCODE(3, 0)},
		{"{\"parameters\":{\"signal\":9}}", 0, W_EXITCODE(0, 9)},
		{"{\"parameters\":{}}", -EREMOTEIO, 0},
		{"{\"error\":\"org.nsctl.NotFound\",\"parameters\":{}}", -ENOENT, 0},
	};
	const char *const argv[] = {"echo", "a", NULL};
	const int stdio[] = {-1, STDERR_FILENO, STDERR_FILENO};
	struct pair *pair = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int status = 0;

		answer(pair, "{\"parameters\":{\"session\":\"s\"},\"continues\":true}");
		assert_int_equal(nsctl_exec(pair->nsctl, "box", argv, stdio, "{\"umask\":7}", NULL),
				 0);
		assert_string_equal(heard(pair),
				    "{\"method\":\"org.nsctl.Exec\",\"parameters\":{\"umask\":7,"
				    "\"name\":\"box\","
				    "\"command\":[\"echo\",\"a\"],\"stdoutFileDescriptor\":0,"
				    "\"stderrFileDescriptor\":1},\"more\":true}");
		assert_int_equal(pair->receiver.fds.n, 2);
		assert_int_equal(nsctl_wait(pair->nsctl, 0, &status), -EAGAIN);
		answer(pair, rows[i].end);
		assert_int_equal(nsctl_wait(pair->nsctl, -1, &status), rows[i].r);
		assert_int_equal(status, rows[i].status);
		assert_int_equal(nsctl_wait(pair->nsctl, -1, &status), -ENODATA);
	}
}

/* A call that the socket does not take at once goes on when there is room. */
static void test_call_waits_for_a_slow_peer(void **state)
{
	struct pair *pair = *state;
	_cleanup_free_ char *text = calloc(1, FRAME_SIZE_MAX);
	struct nsctl_reply *reply;
	int n = 0;

	assert_non_null(text);
	sprintf(text, "{\"a\":\"%*s\"}", FRAME_SIZE_MAX - 100, "b");
	assert_int_equal(nsctl_events(pair->nsctl), POLLIN);
	for (; nsctl_events(pair->nsctl) == POLLIN; n++)
		assert_int_equal(nsctl_call(pair->nsctl, "Get", text, NULL, 0, NSCTL_ONEWAY), 0);
	assert_int_equal(nsctl_events(pair->nsctl), POLLIN | POLLOUT);
	assert_int_equal(nsctl_next(pair->nsctl, 0, &reply), -EAGAIN);
	assert_int_equal(fcntl(pair->peer_fd, F_SETFL, O_NONBLOCK), 0);
	for (int heard = 0; heard < n;) {
		int r = receiver_read(&pair->receiver, pair->peer_fd);

		assert_true(r == 0 || r == TRANSPORT_AGAIN);
		if (r == 0) {
			heard++;
			receiver_next(&pair->receiver);
		}
		r = nsctl_next(pair->nsctl, 0, &reply);
		assert_true(r == -EAGAIN || r == -ENODATA);
	}
	assert_int_equal(nsctl_events(pair->nsctl), POLLIN);
}

/* Asserts that the connection fails in this way, now and later. */
static void assert_failed(struct pair *pair, int negative)
{
	struct nsctl_reply *reply = NULL;

	assert_int_equal(nsctl_next(pair->nsctl, -1, &reply), negative);
	assert_int_equal(nsctl_next(pair->nsctl, 0, &reply), negative);
	assert_int_equal(nsctl_ask(pair->nsctl, "Get", NULL, NULL, 0, &reply), negative);
	assert_null(reply);
}

static void test_ended_connection_is_reported(void **state)
{
	struct pair *pair = *state;

	assert_int_equal(call(pair, "Get", 0), 0);
	(void)heard(pair);
	pair->peer_fd = close_fd(pair->peer_fd);
	assert_failed(pair, -ECONNRESET);
}

static void test_connection_that_ends_within_a_reply_is_reported(void **state)
{
	struct pair *pair = *state;

	assert_int_equal(call(pair, "Get", 0), 0);
	(void)heard(pair);
	assert_int_equal(write(pair->peer_fd, "{", 1), 1);
	pair->peer_fd = close_fd(pair->peer_fd);
	assert_failed(pair, -ECONNRESET);
}

static void test_unread_call_is_known_to_be_unread(void **state)
{
	struct pair *pair = *state;

	assert_int_equal(call(pair, "Get", 0), 0);
	pair->peer_fd = close_fd(pair->peer_fd);
	assert_failed(pair, -ECONNABORTED);
}

/* The signal would end this test. */
static void test_closed_peer_causes_no_signal(void **state)
{
	struct pair *pair = *state;

	assert_ptr_equal(signal(SIGPIPE, SIG_DFL), SIG_DFL);
	pair->peer_fd = close_fd(pair->peer_fd);
	assert_int_equal(call(pair, "Get", 0), 0);
	assert_failed(pair, -ECONNABORTED);
}

static void test_peer_that_is_not_varlink_is_an_error(void **state)
{
	static const char *const texts[] = {"hello", "[]", "{\"error\":1}", "{\"continues\":1}"};
	struct pair *pair = *state;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (i > 0) {
			tear_down(state);
			set_up(state);
			pair = *state;
		}
		answer(pair, texts[i]);
		assert_int_equal(call(pair, "Get", 0), 0);
		assert_failed(pair, -EBADMSG);
	}
}

static void test_unasked_reply_is_an_error(void **state)
{
	answer(*state, "{}");
	assert_failed(*state, -EBADMSG);
}

static void test_connect_uses_the_path_or_the_variable(void **state _unused_)
{
	struct nsctl *nsctl = NULL;

	assert_int_equal(nsctl_connect("/nothing/is/here", &nsctl), -ENOENT);
	assert_int_equal(nsctl_connect("", &nsctl), -EINVAL);
	assert_int_equal(setenv("NSCTL_SOCKET", "/nothing", 1), 0);
	assert_string_equal(connection_path(NULL), "/nothing");
	assert_string_equal(connection_path("/other"), "/other");
	assert_int_equal(setenv("NSCTL_SOCKET", "", 1), 0);
	assert_string_equal(connection_path(NULL), "/run/nsctl/socket");
	assert_int_equal(unsetenv("NSCTL_SOCKET"), 0);
	assert_string_equal(connection_path(NULL), "/run/nsctl/socket");
	assert_null(nsctl);
	assert_null(nsctl_close(NULL));
	assert_null(nsctl_reply_free(NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_calls_are_sent),
		TEST(test_wrong_arguments_are_refused),
		TEST(test_replies_come_in_order),
		TEST(test_descriptors_come_with_their_reply),
		TEST(test_errors_have_errno_and_message),
		TEST(test_each_error_has_its_own_errno),
		TEST(test_command_is_run_and_waited_for),
		TEST(test_call_waits_for_a_slow_peer),
		TEST(test_ended_connection_is_reported),
		TEST(test_connection_that_ends_within_a_reply_is_reported),
		TEST(test_unread_call_is_known_to_be_unread),
		TEST(test_closed_peer_causes_no_signal),
		TEST(test_peer_that_is_not_varlink_is_an_error),
		TEST(test_unasked_reply_is_an_error),
		TEST(test_connect_uses_the_path_or_the_variable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
