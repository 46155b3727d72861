/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nsctld-front where something runs out: descriptors, room in the channel, the system calls that
 * its filter allows.
 */
#include "daemon/wire/message.h"
#include "tests/unit/fake-keeper.h"
#include <linux/sockios.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <time.h>
#include "daemon/front/seccomp.h"

/* --- descriptors --- */

/* Receives one message of the keeper's, and returns whether it is this one. */
static bool receive_is(struct fake_keeper *keeper, uint16_t op)
{
	keeper_receive_any(keeper);
	return keeper->message.header->nlmsg_type == op;
}

/* The front gives up clients for which it has no descriptors, and reports them to the keeper.
 * Others are served. */
static void test_front_without_descriptors_gives_clients_up(void **state _unused_)
{
	enum { CLIENTS = 40, DESCRIPTORS = 20 };
	struct fake_keeper keeper;
	bool closed[CLIENTS] = {};
	int fds[CLIENTS], served = 0;

	keeper_start(&keeper, DESCRIPTORS);
	for (uint32_t i = 0; i < CLIENTS; i++)
		fds[i] = keeper_connect(&keeper, i, SCOPE_FULL, NULL);
	/* each connection gets an answer or its end */
	for (int i = 0; i < CLIENTS; i++)
		(void)send(fds[i], GET_INFO, sizeof(GET_INFO), MSG_NOSIGNAL);
	for (int i = 0; i < CLIENTS; i++) {
		char byte;

		wait_for(fds[i], POLLIN);
		closed[i] = recv(fds[i], &byte, 1, MSG_PEEK) <= 0;
		served += !closed[i];
	}
	assert_in_range(served, 1, DESCRIPTORS);
	for (uint32_t i = 0; i < CLIENTS; i++)
		if (closed[i])
			keeper_receive(&keeper, WIRE_CLOSED, i);
	for (uint32_t i = 0; i < CLIENTS; i++) {
		close(fds[i]);
		if (!closed[i])
			keeper_receive(&keeper, WIRE_CLOSED, i);
	}
	keeper_stop(&keeper);
}

/* If a descriptor of an answer cannot be received, the client gets an error. */
static void test_descriptor_without_room_is_an_error(void **state _unused_)
{
	enum { DESCRIPTORS = 12 };
	struct fake_keeper keeper;
	struct wire_session session;
	int first, other[DESCRIPTORS];

	keeper_start(&keeper, DESCRIPTORS);
	first = keeper_connect(&keeper, 1, SCOPE_FULL, NULL);
	client_send(first, "{\"method\":\"org.nsctl.Exec\",\"more\":true,\"parameters\":{\"name\":"
			   "\"box\",\"command\":[\"true\"]}}");
	keeper_receive(&keeper, WIRE_EXEC, 1);
	wire_message_close_fds(&keeper.lane);
	wire_clear(&wire_session_layout, &session);
	session.session = "0123456789abcdef";
	session.process_fd = first;
	for (uint32_t i = 0; i < DESCRIPTORS; i++)
		other[i] = keeper_connect(&keeper, 10 + i, SCOPE_FULL, NULL);
	wire_begin(&keeper.writer, WIRE_EXEC, WIRE_REPLY | WIRE_CONTINUES,
		   keeper.message.header->nlmsg_seq, 1);
	wire_put(&keeper.writer, &wire_session_layout, &session);
	assert_int_equal(wire_send(&keeper.writer, keeper.channel_fd), 0);
	client_expect(first, "{\"error\":\"org.nsctl.SystemError\",\"parameters\":{\"what\":"
			     "\"receive the descriptors of the answer\",\"errno\":24,\"errnoName\":"
			     "\"EMFILE\"}}");
	/* further replies to the same call come too late, and are not second answers */
	session.process_fd = -1;
	session.ended = 1;
	wire_begin(&keeper.writer, WIRE_EXEC, WIRE_REPLY, keeper.message.header->nlmsg_seq, 1);
	wire_put(&keeper.writer, &wire_session_layout, &session);
	assert_int_equal(wire_send(&keeper.writer, keeper.channel_fd), 0);
	client_send(first, "{\"method\":\"org.nsctl.None\"}");
	client_expect(first, "{\"error\":\"org.varlink.service.MethodNotFound\",\"parameters\":{"
			     "\"method\":\"org.nsctl.None\"}}");
	close(first);
	for (size_t i = 0; i < ARRAY_SIZE(other); i++)
		close(other[i]);
	for (size_t i = 0; i < ARRAY_SIZE(other) + 1; i++)
		assert_true(receive_is(&keeper, WIRE_CLOSED));
	keeper_stop(&keeper);
}

static void receive_raw(struct fake_keeper *keeper)
{
	if (!wire_inbox_has_message(&keeper->inbox))
		wait_for(keeper->requests_fd, POLLIN);
	assert_int_equal(wire_inbox_receive(&keeper->inbox, keeper->requests_fd, &keeper->message),
			 1);
}

/* A lane that cannot be received is given back. The call that waits for it gets an error. */
static void test_lane_without_room_is_given_back(void **state _unused_)
{
	enum { DESCRIPTORS = 12, LANE = 7 };
	struct fake_keeper keeper;
	struct wire_lane wire;
	int first, other[DESCRIPTORS];

	keeper_start(&keeper, DESCRIPTORS);
	first = keeper_connect(&keeper, 1, SCOPE_FULL, NULL);
	for (uint32_t i = 0; i < DESCRIPTORS; i++) {
		other[i] = keeper_connect(&keeper, 10 + i, SCOPE_FULL, NULL);
		(void)send(other[i], GET_INFO, sizeof(GET_INFO), MSG_NOSIGNAL);
		wait_for(other[i], POLLIN);
	}
	client_send(first, "{\"method\":\"org.nsctl.Exec\",\"more\":true,\"parameters\":{\"name\":"
			   "\"box\",\"command\":[\"true\"]}}");
	do
		receive_raw(&keeper);
	while (keeper.message.header->nlmsg_type == WIRE_CLOSED);
	assert_int_equal(keeper.message.header->nlmsg_type, WIRE_LANE_WANTED);
	keeper_open_lane(&keeper, LANE);
	client_expect(first, "{\"error\":\"org.nsctl.SystemError\",\"parameters\":{\"what\":"
			     "\"pass the command on\",\"errno\":24,\"errnoName\":\"EMFILE\"}}");
	receive_raw(&keeper);
	assert_int_equal(wire_decode(&keeper.message, &wire_lane_layout, &wire), 0);
	assert_int_equal(wire.number, LANE);
	close(first);
	for (size_t i = 0; i < ARRAY_SIZE(other); i++)
		close(other[i]);
	keeper_stop(&keeper);
}

/* --- the channel --- */

/* A Create with n mounts whose targets have size bytes. */
static char *make_large_call(int n, size_t size)
{
	json_t *mounts = json_array(), *parameters;
	static char target[PATH_MAX];
	size_t call_size;
	char *text;

	memset(target, 't', size);
	target[0] = '/';
	target[size] = '\0';
	for (int i = 0; i < n; i++)
		json_array_append_new(mounts,
				      json_pack("{ss ss}", "type", "proc", "target", target));
	parameters = json_pack("{s{so}}", "spec", "mounts", mounts);
	assert_non_null(parameters);
	assert_int_equal(
		message_pack_call("org.nsctl.Create", parameters, false, false, &text, &call_size),
		0);
	json_decref(parameters);
	return text;
}

static void wait_for_bytes(int fd, int least)
{
	for (int i = 0; i < WAIT_MS; i++) {
		struct timespec pause = {.tv_nsec = 1000000};
		int bytes = 0;

		assert_int_equal(ioctl(fd, SIOCINQ, &bytes), 0);
		if (bytes >= least)
			return;
		nanosleep(&pause, NULL);
	}
	fail_msg("the channel does not fill");
}

/*
 * The keeper reads nothing for a while. No request is lost or sent twice, and the keeper hears
 * afterwards which clients have gone.
 */
static void test_full_channel_loses_nothing(void **state _unused_)
{
	enum { CLIENTS = 64 };
	struct wire_failure failure = {
		.error = ERROR_LIMIT_EXCEEDED, .number = 1, .subject = "sets"};
	int fds[CLIENTS], created[CLIENTS] = {}, closed[CLIENTS] = {}, answered = 0, gone = 0;
	struct fake_keeper keeper;
	char *call = make_large_call(30, 999);

	keeper_start(&keeper, 0);
	for (uint32_t i = 0; i < CLIENTS; i++) {
		fds[i] = keeper_connect(&keeper, i, SCOPE_FULL, NULL);
		client_send(fds[i], call);
	}
	wait_for_bytes(keeper.requests_fd, 32 * 1024);
	for (int i = 1; i < CLIENTS; i += 2)
		close(fds[i]);
	while (answered < CLIENTS / 2 || gone < CLIENTS / 2) {
		uint32_t number;
		bool create = receive_is(&keeper, WIRE_CREATE);

		number = keeper.message.header->nlmsg_pid;
		assert_in_range(number, 0, CLIENTS - 1);
		assert_false(closed[number]);
		if (!create) {
			assert_int_equal(keeper.message.header->nlmsg_type, WIRE_CLOSED);
			assert_int_equal(number % 2, 1);
			closed[number] = 1;
			gone++;
			continue;
		}
		assert_int_equal(created[number]++, 0);
		keeper_answer(&keeper, WIRE_FAILURE, &wire_failure_layout, &failure);
		if (number % 2 == 1)
			continue;
		client_expect(fds[number], "{\"error\":\"org.nsctl.LimitExceeded\",\"parameters\":"
					   "{\"limit\":\"sets\",\"value\":1}}");
		answered++;
	}
	for (uint32_t i = 0; i < CLIENTS; i += 2) {
		close(fds[i]);
		keeper_receive(&keeper, WIRE_CLOSED, i);
	}
	keeper_stop(&keeper);
	free(call);
}

/* A call that is larger than a message between the daemon's processes is refused. */
static void test_too_large_call_is_refused(void **state _unused_)
{
	char *text = make_large_call(20, 3999);
	struct fake_keeper keeper;
	int fd;

	keeper_start(&keeper, 0);
	fd = keeper_connect(&keeper, 1, SCOPE_FULL, NULL);
	client_send(fd, text);
	client_expect(fd,
		      "{\"error\":\"org.nsctl.InvalidValue\",\"parameters\":{\"field\":\"spec\","
		      "\"reason\":\"is too large: mounts and labels together can have at most 60 "
		      "KiB\"}}");
	close(fd);
	keeper_receive(&keeper, WIRE_CLOSED, 1);
	keeper_stop(&keeper);
	free(text);
}

/* --- lanes --- */

/* If the keeper gives no lane, the call is answered with the keeper's reason, and the next call
 * asks for a lane again. */
static void test_denied_lane_is_answered_with_the_reason(void **state _unused_)
{
	static const char exec[] =
		"{\"method\":\"org.nsctl.Exec\",\"parameters\":{\"name\":\"box\","
		"\"command\":[\"true\"]}}";
	const struct wire_failure failure = {
		.error = ERROR_LIMIT_EXCEEDED, .number = 16, .subject = "hangingProcesses"};
	struct fake_keeper keeper;
	int client;

	keeper_start(&keeper, 0);
	client = keeper_connect(&keeper, 1, SCOPE_FULL, NULL);
	for (int i = 0; i < 2; i++) {
		client_send(client, exec);
		wait_for(keeper.requests_fd, POLLIN);
		assert_int_equal(
			wire_inbox_receive(&keeper.inbox, keeper.requests_fd, &keeper.message), 1);
		assert_int_equal(keeper.message.header->nlmsg_type, WIRE_LANE_WANTED);
		wire_begin(&keeper.writer, WIRE_LANE, WIRE_FAILURE, 0, 0);
		wire_put(&keeper.writer, &wire_failure_layout, &failure);
		assert_int_equal(wire_send(&keeper.writer, keeper.channel_fd), 0);
		client_expect(client,
			      "{\"error\":\"org.nsctl.LimitExceeded\",\"parameters\":{\"limit\":"
			      "\"hangingProcesses\",\"value\":16}}");
	}
	keeper_close_client(&keeper, client, 1);
	keeper_stop(&keeper);
}

/* --- the system calls that it may make --- */

static void test_front_is_confined(void **state _unused_)
{
	struct fake_keeper keeper;
	char path[64], text[4096];
	_cleanup_fd_ int fd = -1;
	ssize_t n;
	int client;

	keeper_start(&keeper, 0);
	client = keeper_connect(&keeper, 1, SCOPE_FULL, NULL);
	client_send(client, "{\"method\":\"org.nsctl.None\"}");
	wait_for(client, POLLIN);
	(void)snprintf(path, sizeof(path), "/proc/%d/status", keeper.pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = read(fd, text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	assert_non_null(strstr(text, "\nNoNewPrivs:\t1\n"));
	assert_non_null(strstr(text, "\nSeccomp:\t2\n"));
	close(client);
	keeper_stop(&keeper);
}

/* A front that is started by hand says so, and ends. */
static void test_front_without_a_channel_ends(void **state _unused_)
{
	char path[PATH_MAX], *arguments[] = {path, NULL};
	int status;
	pid_t pid;

	find_program("nsctld-front", path);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

		if (dup2(null_fd, 2) < 0 || dup2(null_fd, 3) < 0)
			_exit(126);
		execv(path, arguments);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_FAILURE);
}

/* The sanitizers need calls that the filter forbids. */
#ifndef NSCTL_SANITIZED
static int try_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int try_execute(void)
{
	char *arguments[] = {NULL};

	return execve("/", arguments, arguments);
}

static int try_fork(void)
{
	return fork();
}

static int try_write_file(void)
{
	return open("/dev/null", O_WRONLY | O_CLOEXEC);
}

static int try_create_file(void)
{
	return open("/dev/null", O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
}

static int try_map_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
			       MAP_FAILED
		       ? -1
		       : 0;
}

static int try_make_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? 0 : mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static int try_mount(void)
{
	return mount("none", "/", "tmpfs", 0, NULL);
}

static int try_trace(void)
{
	return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static int try_become_root(void)
{
	return setuid(0);
}

static int try_out_of_band(void)
{
	char byte;

	return (int)recv(0, &byte, 1, MSG_OOB);
}

static int use_files(void)
{
	int fd = open("/proc/stat", O_RDONLY | O_CLOEXEC);
	char text[16];
	ssize_t n = read(fd, text, sizeof(text));
	FILE *file = fopen("/proc/stat", "re");

	return n > 0 && file && fclose(file) == 0 && close(fd) == 0 ? 0 : -1;
}

static int use_memory(void)
{
	for (size_t size = 1; size < 1 << 24; size *= 2) {
		char *memory = malloc(size), *grown;

		grown = memory ? realloc(memory, 2 * size) : NULL;
		if (!grown)
			return -1;
		grown[2 * size - 1] = 1;
		free(grown);
	}
	return 0;
}

static int use_memfd(void)
{
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	return write(fd, "a", 1) == 1 && fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) == 0 ? 0 : -1;
}

static int use_abort(void)
{
	abort();
}

static void test_filter_kills_forbidden_calls(void **state _unused_)
{
	static const struct {
		const char *what;
		int (*try)(void);
		int signal; /* 0: it works */
	} rows[] = {
		{"socket", try_socket, SIGSYS},
		{"execute", try_execute, SIGSYS},
		{"fork", try_fork, SIGSYS},
		{"write a file", try_write_file, SIGSYS},
		{"create a file", try_create_file, SIGSYS},
		{"map code", try_map_code, SIGSYS},
		{"make code", try_make_code, SIGSYS},
		{"mount", try_mount, SIGSYS},
		{"trace", try_trace, SIGSYS},
		{"become root", try_become_root, SIGSYS},
		{"receive out of band", try_out_of_band, SIGSYS},
		{"files", use_files, 0},
		{"memory", use_memory, 0},
		{"memfd", use_memfd, 0},
		{"abort", use_abort, SIGABRT},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int status;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			struct rlimit none = {};

			setrlimit(RLIMIT_CORE, &none);
			if (signal(SIGABRT, SIG_DFL) == SIG_ERR || seccomp_enforce() < 0)
				_exit(2);
			_exit(rows[i].try() == 0 ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (rows[i].signal ? !WIFSIGNALED(status) || WTERMSIG(status) != rows[i].signal
				   : !WIFEXITED(status) || WEXITSTATUS(status) != 0)
			fail_msg("%s: status 0x%x", rows[i].what, status);
	}
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_front_without_descriptors_gives_clients_up),
		cmocka_unit_test(test_descriptor_without_room_is_an_error),
		cmocka_unit_test(test_lane_without_room_is_given_back),
		cmocka_unit_test(test_full_channel_loses_nothing),
		cmocka_unit_test(test_too_large_call_is_refused),
		cmocka_unit_test(test_denied_lane_is_answered_with_the_reason),
		cmocka_unit_test(test_front_is_confined),
		cmocka_unit_test(test_front_without_a_channel_ends),
#ifndef NSCTL_SANITIZED
		cmocka_unit_test(test_filter_kills_forbidden_calls),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
