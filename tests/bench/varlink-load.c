/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A client that keeps its connection, and measures what the daemon takes for a call.
 *
 *     varlink-load SOCKET create net|six COUNT        one by one, each removed again (not timed)
 *     varlink-load SOCKET parallel net|six COUNT N    over N connections at once, then removed
 *     varlink-load SOCKET fill net|six FROM TO        makes the sets FROM .. TO-1 and leaves them
 *     varlink-load SOCKET empty FROM TO               removes them
 *     varlink-load SOCKET status COUNT [FILE]         GetStatus; the last reply goes to FILE
 *
 * Prints "key value" lines: microseconds, calls in a second, KiB of kernel memory for each set.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "base.h"
#include "protocol/message.h"
#include "protocol/transport.h"
#include "tests/bench/kernel-memory.h"

struct connection {
	int fd;
	struct receiver receiver;
	struct sender sender;
};

static const char *socket_path;

static void die(const char *what, const char *why)
{
	(void)fprintf(stderr, "varlink-load: %s: %s\n", what, why);
	_exit(1);
}

static double now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void connection_init(struct connection *connection)
{
	connection->fd = transport_connect(socket_path);
	if (connection->fd < 0)
		die(socket_path, strerror(-connection->fd));
	receiver_init(&connection->receiver, FRAME_SIZE_MAX);
	sender_init(&connection->sender);
}

static void connection_done(struct connection *connection)
{
	receiver_done(&connection->receiver);
	sender_done(&connection->sender);
	connection->fd = close_fd(connection->fd);
}

/* Takes the parameters. The reply stays in the receiver until the next call. */
static void call(struct connection *connection, const char *method, json_t *parameters)
{
	struct frame *frame = &connection->receiver.frame;
	struct message_reply reply;
	char *text;
	size_t size;

	receiver_next(&connection->receiver);
	if (!parameters || message_pack_call(method, parameters, false, false, &text, &size) < 0 ||
	    sender_queue(&connection->sender, text, size, NULL, 0) < 0)
		die(method, "memory");
	json_decref(parameters);
	if (sender_flush(&connection->sender, connection->fd) != 0)
		die(method, "cannot be sent");
	if (receiver_read(&connection->receiver, connection->fd) != 0)
		die(method, "no reply");
	if (message_parse_reply(frame->data, frame->used, &reply) != 0 || reply.error)
		die(method, frame->data);
	message_reply_done(&reply);
}

static void create(struct connection *connection, bool six, int number)
{
	char name[32];
	json_t *kinds = six ? json_pack("[ssssss]", "mnt", "pid", "net", "uts", "ipc", "cgroup")
			    : json_pack("[s]", "net");

	(void)snprintf(name, sizeof(name), "load-%d", number);
	call(connection, "org.nsctl.Create",
	     json_pack("{s:s, s:{s:o}}", "name", name, "spec", "namespaces", kinds));
}

static void remove_set(struct connection *connection, int number)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "load-%d", number);
	call(connection, "org.nsctl.Remove", json_pack("{s:s}", "name", name));
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_times(double *times, int count)
{
	qsort(times, (size_t)count, sizeof(*times), compare);
	printf("median_us %.1f\np99_us %.1f\n", times[count / 2], times[count * 99 / 100]);
}

static void measure_create(bool six, int count, double *times)
{
	struct connection connection;

	connection_init(&connection);
	for (int i = -3; i < count; i++) {
		double began = now_us();

		create(&connection, six, 1000000 + i);
		if (i >= 0)
			times[i] = now_us() - began;
		remove_set(&connection, 1000000 + i);
	}
	connection_done(&connection);
	print_times(times, count);
}

static void measure_status(int count, const char *file_name, double *times)
{
	struct connection connection;

	connection_init(&connection);
	for (int i = -20; i < count; i++) {
		double began = now_us();

		call(&connection, "org.nsctl.GetStatus", json_object());
		if (i >= 0)
			times[i] = now_us() - began;
	}
	print_times(times, count);
	printf("reply_bytes %zu\n", connection.receiver.frame.used);
	if (file_name) {
		_cleanup_file_ FILE *file = fopen(file_name, "we");

		if (!file || fputs(connection.receiver.frame.data, file) < 0)
			die(file_name, strerror(errno));
	}
	connection_done(&connection);
}

/* One of several: connects, says that it is ready, waits for the start, does its share. */
static void worker(int first, int step, bool six, int count, int ready_fd, int start_fd)
{
	struct connection connection;
	char byte;

	connection_init(&connection);
	call(&connection, "org.nsctl.GetStatus", json_object());
	if (write(ready_fd, "", 1) != 1)
		die("start", strerror(errno));
	/* the end of the pipe is the start */
	(void)!read(start_fd, &byte, 1);
	for (int i = first; i < count; i += step)
		create(&connection, six, i);
	connection_done(&connection);
	_exit(0);
}

static void measure_parallel(bool six, int count, int n)
{
	struct connection connection;
	int ready[2], start[2], status;
	double took;
	char byte;

	if (pipe(ready) < 0 || pipe(start) < 0)
		die("pipe", strerror(errno));
	for (int i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork", strerror(errno));
		if (pid == 0) {
			(void)close(start[1]);
			worker(i, n, six, count, ready[1], start[0]);
		}
	}
	(void)close(ready[1]);
	for (int i = 0; i < n; i++)
		if (read(ready[0], &byte, 1) != 1)
			die("a connection", "failed");
	took = now_us();
	(void)close(start[1]);
	for (int i = 0; i < n; i++)
		if (wait(&status) < 0 || status != 0)
			die("a connection", "failed");
	took = now_us() - took;
	printf("per_second %.0f\n", count / (took / 1e6));
	(void)fflush(stdout);
	connection_init(&connection);
	for (int i = 0; i < count; i++)
		remove_set(&connection, i);
	connection_done(&connection);
}

static void fill(bool six, int from, int to, double *times)
{
	struct connection connection;
	long memory;

	connection_init(&connection);
	memory = kernel_memory_settled();
	for (int i = from; i < to; i++) {
		double began = now_us();

		create(&connection, six, i);
		times[i - from] = now_us() - began;
	}
	memory = kernel_memory_settled() - memory;
	connection_done(&connection);
	print_times(times, to - from);
	printf("kib_each %.1f\n", (double)memory / (to - from));
}

static void empty(int from, int to)
{
	struct connection connection;

	connection_init(&connection);
	for (int i = from; i < to; i++)
		remove_set(&connection, i);
	connection_done(&connection);
}

static int usage(void)
{
	(void)fputs("usage: varlink-load SOCKET create|parallel|fill|empty|status ARGUMENT...\n",
		    stderr);
	return 2;
}

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

int main(int argc, char **argv)
{
	static double times[100000];
	int a = argc > 3 ? atoi(argv[3]) : 0, b = argc > 4 ? atoi(argv[4]) : 0,
	    c = argc > 5 ? atoi(argv[5]) : 0;
	const int max = ARRAY_SIZE(times);
	bool six = argc > 3 && is(argv[3], "six");

	if (argc < 4)
		return usage();
	socket_path = argv[1];
	if (is(argv[2], "create") && b > 0 && b <= max)
		measure_create(six, b, times);
	else if (is(argv[2], "parallel") && b > 0 && c > 0)
		measure_parallel(six, b, c);
	else if (is(argv[2], "fill") && b >= 0 && c > b && c - b <= max)
		fill(six, b, c, times);
	else if (is(argv[2], "empty") && a >= 0 && b > a)
		empty(a, b);
	else if (is(argv[2], "status") && a > 0 && a <= max)
		measure_status(a, argc > 4 ? argv[4] : NULL, times);
	else
		return usage();
	return 0;
}
