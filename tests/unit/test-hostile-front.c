/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The keeper with a front that an attacker controls: front.c and lane.c with a loop of the test's
 * own. No process is started: orders to the spawner stay in its channel. The meaning of requests
 * is not tested.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "daemon/keeper/base/clock.h"
#include "daemon/keeper/request/front-state.h"
#include "daemon/keeper/workers/ending.h"
#include "daemon/keeper/workers/operation.h"
#include "daemon/keeper/workers/spawner-orders.h"
#include "daemon/wire/message.h"

#define USER 61000
#define OTHER 61001
/* Maximum number of a front's requests that one pass of the loop takes. */
#define AT_ONCE_MAX 64
/* Processes of a user's that may be about to end: see RESTING_MAX in lane.c. */
#define RESTING 128

/* The keeper, and the other ends of its channels. */
struct bed {
	struct config config;
	struct keeper keeper;
	int orders_fd, spawner_fd, said_fd, saying_fd;
	struct wire_message message;
};

/* --- in the place of the keeper's own --- */

/* Requests that were handled, and the processor time that each of them takes. */
static size_t handled;
static uint64_t cost, used;

static int on_message(struct front_process *front _unused_, struct wire_message *message _unused_)
{
	handled++;
	used += cost;
	return 0;
}

static void on_writable(struct keeper *keeper _unused_)
{
}

static const struct upcalls calls = {.message = on_message, .front_writable = on_writable};

static uint64_t now = 1;

uint64_t clock_boottime(void)
{
	return now;
}

uint64_t clock_wall(void)
{
	return now;
}

uint64_t clock_processor(void)
{
	return used;
}

/* --- the bed --- */

static void make_pair(int *ret_ours, int *ret_theirs)
{
	int pair[2];

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
	*ret_ours = pair[0];
	*ret_theirs = pair[1];
}

static int setup(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));
	struct keeper *keeper = &bed->keeper;

	assert_non_null(bed);
	*state = bed;
	bed->config.limits.fronts = 100;
	keeper->config = &bed->config;
	keeper->upcalls = &calls;
	keeper->loop = event_base_new();
	assert_non_null(keeper->loop);
	assert_int_equal(registry_new(&keeper->registry), 0);
	assert_int_equal(wire_message_init(&bed->message), 0);
	make_pair(&bed->orders_fd, &bed->spawner_fd);
	make_pair(&bed->saying_fd, &bed->said_fd);
	assert_int_equal(spawner_orders_begin(bed->orders_fd), 0);
	assert_int_equal(operation_begin(), 0);
	assert_int_equal(fronts_begin(keeper), 0);
	handled = 0;
	cost = 0;
	return 0;
}

static int teardown(void **state)
{
	struct bed *bed = *state;
	struct keeper *keeper = &bed->keeper;

	fronts_free(keeper);
	/* without the spawner, every operation fails, and ends */
	close(bed->spawner_fd);
	for (int i = 0; operation_count() > 0 && i < 1000; i++)
		assert_true(event_base_loop(keeper->loop, EVLOOP_ONCE) >= 0);
	assert_int_equal(operation_count(), 0);
	operation_stop();
	spawner_orders_stop();
	registry_free(keeper->registry);
	wire_message_done(&bed->message);
	event_base_free(keeper->loop);
	close(bed->orders_fd);
	close(bed->saying_fd);
	close(bed->said_fd);
	free(bed);
	return 0;
}

/* --- the pipe --- */

static struct front_process *new_front_in_group(struct keeper *keeper, uid_t uid, gid_t gid)
{
	const struct client_connection connection = {
		.peer.identity.uid = uid, .peer.identity.gid = gid, .charged = uid};
	struct failure failure = {};
	struct front_process *front;

	assert_int_equal(front_find(keeper, &connection, &front, &failure), 0);
	return front;
}

static struct front_process *new_front(struct keeper *keeper, uid_t uid)
{
	return new_front_in_group(keeper, uid, 0);
}

/* Writes requests into the front's pipe until it has no room. Returns how many. */
static size_t flood(struct front_process *front)
{
	struct wire_writer writer;
	char path[64];
	size_t n = 0;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", front->requests_fd);
	fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(wire_writer_init(&writer, WIRE_SIZE_MAX), 0);
	wire_begin(&writer, WIRE_LANE_WANTED, 0, 0, 0);
	while (write(fd, writer.buffer, writer.buffer->header.nlmsg_len) > 0)
		n++;
	assert_int_equal(errno, EAGAIN);
	wire_writer_done(&writer);
	close(fd);
	return n;
}

/* A pass of the loop, in which each that is ready has its turn. Returns how many requests it took.
 */
static size_t pass(struct keeper *keeper)
{
	size_t before = handled;

	assert_true(event_base_loop(keeper->loop, EVLOOP_ONCE | EVLOOP_NONBLOCK) >= 0);
	return handled - before;
}

static void test_flood_is_read_in_bounded_passes(void **state)
{
	struct bed *bed = *state;
	size_t written = flood(new_front(&bed->keeper, USER));

	assert_true(written > 10 * (size_t)AT_ONCE_MAX);
	for (size_t passes = 0; handled < written; passes++) {
		assert_true(pass(&bed->keeper) <= AT_ONCE_MAX);
		/* none is forgotten, although nothing wakes the loop for messages that have been
		 * read already */
		assert_true(passes < 2 * written);
	}
	assert_int_equal(handled, written);
}

/* Each request takes an hour. After one of them, requests of other users come first. */
static void test_slow_requests_do_not_delay_others(void **state)
{
	const uint64_t hour = UINT64_C(3600000000);
	struct bed *bed = *state;
	size_t written;

	cost = hour;
	flood(new_front(&bed->keeper, USER));
	assert_int_equal(pass(&bed->keeper), 1);
	for (int i = 0; i < 10; i++)
		assert_int_equal(pass(&bed->keeper), 0);
	cost = 0;
	written = flood(new_front(&bed->keeper, OTHER));
	for (size_t passes = 0; handled < 1 + written; passes++) {
		pass(&bed->keeper);
		assert_true(passes < 2 * written);
	}
	pass(&bed->keeper);
	assert_int_equal(handled, 1 + written);
}

/* Each request takes an hour. A user with many fronts, by groups, gets no more of the keeper's time
 * than with one. */
static void test_fronts_of_a_user_share_the_keepers_time(void **state)
{
	enum { FRONTS = 16 };
	struct bed *bed = *state;

	cost = UINT64_C(3600000000);
	for (gid_t gid = 0; gid < FRONTS; gid++) {
		struct front_process *front = new_front_in_group(&bed->keeper, USER, gid);
		struct timeval begin, end = {};

		flood(front);
		assert_int_equal(pass(&bed->keeper), 1);
		gettimeofday(&begin, NULL);
		assert_true(evtimer_pending(front->again, &end));
		/* a quarter of the time for all fronts, with a minute of tolerance */
		assert_true(end.tv_sec - begin.tv_sec + 60 > (4 * (gid + 1) - 1) * 3600);
	}
}

/* A front goes on after its rest. */
static void test_front_goes_on_after_its_rest(void **state)
{
	struct bed *bed = *state;

	cost = 1000;
	flood(new_front(&bed->keeper, USER));
	while (handled < 10)
		assert_true(event_base_loop(bed->keeper.loop, EVLOOP_ONCE) >= 0);
}

/* --- lanes --- */

static struct bed *saying;

/* In the place of a front. */
static void say(struct front_process *front _unused_)
{
	assert_int_equal(wire_send(saying->keeper.to_front, saying->saying_fd), 0);
}

static struct lanes lanes_of(struct bed *bed, uid_t uid)
{
	saying = bed;
	return (struct lanes){.keeper = &bed->keeper, .uid = uid, .say = say};
}

/* The front has been told that this limit keeps it from having a lane. */
static void expect_limit(struct bed *bed, const char *limit, int64_t value)
{
	struct wire_failure failure;

	assert_int_equal(wire_receive_now(&bed->message, bed->said_fd), 1);
	assert_int_equal(bed->message.header->nlmsg_type, WIRE_LANE);
	assert_true(bed->message.header->nlmsg_flags & WIRE_FAILURE);
	assert_int_equal(wire_decode(&bed->message, &wire_failure_layout, &failure), 0);
	assert_int_equal(failure.error, ERROR_LIMIT_EXCEEDED);
	assert_string_equal(failure.subject, limit);
	assert_int_equal(failure.number, value);
}

/* Returns how many processes the spawner has been told to fork, and forgets all that it was told.
 */
static size_t count_forks(struct bed *bed)
{
	size_t n = 0;

	while (wire_receive_now(&bed->message, bed->spawner_fd) == 1)
		n += bed->message.header->nlmsg_type == TASK_FORK;
	return n;
}

/* Opens a lane for each of two users: only the other user gets it. */
static void expect_denied(struct bed *bed, const char *limit, int64_t value)
{
	struct lanes lanes = lanes_of(bed, USER), others = lanes_of(bed, OTHER);

	count_forks(bed);
	lane_open(&lanes);
	expect_limit(bed, limit, value);
	assert_int_equal(lanes.n, 0);
	assert_int_equal(count_forks(bed), 0);
	lane_open(&others);
	assert_int_equal(others.n, 1);
	assert_int_equal(count_forks(bed), 1);
	lanes_free(&others);
}

/* More workers are ending than could be counted as hanging: they end because their lanes are
 * closed. */
static void test_lanes_are_denied_while_many_workers_end(void **state)
{
	struct bed *bed = *state;
	struct lanes lanes = lanes_of(bed, USER);

	for (uint32_t i = 1; i <= RESTING; i++)
		ending_add(&bed->keeper, i, -1, USER, false);
	expect_denied(bed, "hangingProcesses", RESTING);
	ending_is_over(1);
	lane_open(&lanes);
	assert_int_equal(lanes.n, 1);
	lanes_free(&lanes);
}

static void test_lanes_are_denied_while_some_workers_hang(void **state)
{
	struct bed *bed = *state;

	for (uint32_t i = 1; i <= ENDING_MAX; i++)
		ending_add(&bed->keeper, i, -1, USER, false);
	now += 60 * UINT64_C(1000000);
	expect_denied(bed, "hangingProcesses", ENDING_MAX);
}

/* A user's fronts together open no more lanes at a time than the user's turns allow. */
static void test_lanes_are_opened_in_turn(void **state)
{
	enum { FRONTS = 16 };
	struct bed *bed = *state;
	struct lanes lanes[FRONTS], others = lanes_of(bed, OTHER);
	/* a user has as many turns as there are processors, from EACH_MIN to EACH_MAX */
	size_t each = MIN(MAX(sysconf(_SC_NPROCESSORS_ONLN), 2), 16);

	for (size_t i = 0; i < FRONTS; i++) {
		lanes[i] = lanes_of(bed, USER);
		lane_open(&lanes[i]);
		assert_int_equal(lanes[i].n, 1);
	}
	assert_int_equal(count_forks(bed), MIN(each, (size_t)FRONTS));
	lane_open(&others);
	assert_int_equal(count_forks(bed), 1);
	for (size_t i = 0; i < FRONTS; i++)
		lanes_free(&lanes[i]);
	lanes_free(&others);
}

/* Takes the channel of the worker that the spawner was told to fork. */
static int take_worker(struct bed *bed)
{
	struct task_fork task;

	assert_int_equal(wire_receive_now(&bed->message, bed->spawner_fd), 1);
	assert_int_equal(bed->message.header->nlmsg_type, TASK_FORK);
	assert_int_equal(wire_decode(&bed->message, task_layouts[TASK_FORK], &task), 0);
	return wire_take_fd(&bed->message, task.channel_fd);
}

/* Lets the worker report that it has opened a lane. fd: the lane's end for the front. */
static void report_lane(struct bed *bed, int worker_fd, int fd)
{
	struct task_report report = {.event = REPORT_LANE, .serial = 1};
	struct iovec data = {&report, sizeof(report)};
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.header = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	const struct msghdr message = {.msg_iov = &data,
				       .msg_iovlen = 1,
				       .msg_control = &control,
				       .msg_controllen = sizeof(control.bytes)};

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	assert_int_equal(sendmsg(worker_fd, &message, 0), sizeof(report));
	pass(&bed->keeper);
}

/* The front has been told that lane 1 is open or, if open is false, that it is gone. */
static void expect_lane(struct bed *bed, bool open)
{
	struct wire_lane wire;

	assert_int_equal(wire_receive_now(&bed->message, bed->said_fd), 1);
	assert_int_equal(bed->message.header->nlmsg_type, WIRE_LANE);
	assert_int_equal(wire_decode(&bed->message, &wire_lane_layout, &wire), 0);
	assert_int_equal(wire.number, 1);
	assert_int_equal(wire.lane_fd >= 0, open);
}

/* Lets the request have its descriptors in lane 1. */
static void claim(struct bed *bed, struct request *request)
{
	const struct wire_lane wire = {.number = 1, .lane_fd = -1};
	struct wire_writer *writer = bed->keeper.to_front;
	struct task_processes task;

	wire_begin(writer, WIRE_EXEC, 0, request->number, request->connection);
	assert_true(wire_put_item(writer, WIRE_ITEM_LANE, &wire_lane_layout, &wire));
	assert_int_equal(wire_send(writer, bed->saying_fd), 0);
	assert_int_equal(wire_receive_now(&bed->message, bed->said_fd), 1);
	assert_int_equal(lane_claim(request, &bed->message, &task), 0);
}

/* While a request has its descriptors in a lane, the lane's worker is lost, and another lane is
 * opened. At the request's end, the front is told that the first lane is gone: it may not notice,
 * because a worker that hangs keeps its end open. */
static void test_lane_that_was_lost_is_taken_away_with_its_request(void **state)
{
	struct bed *bed = *state;
	struct lanes lanes = lanes_of(bed, USER);
	struct request request = {.lanes = &lanes, .connection = 1, .number = 7};
	int worker_fd;

	lane_open(&lanes);
	worker_fd = take_worker(bed);
	report_lane(bed, worker_fd, bed->said_fd);
	expect_lane(bed, true);
	claim(bed, &request);
	close(worker_fd);
	/* the first pass learns that the task was not read, the second one that the worker has
	 * ended */
	pass(&bed->keeper);
	pass(&bed->keeper);
	lane_open(&lanes);
	assert_int_equal(lanes.n, 2);
	lane_abandon(&request);
	expect_lane(bed, false);
	lane_open(&lanes);
	assert_int_equal(lanes.n, 2);
	lanes_free(&lanes);
}

/* --- orders to the spawner --- */

/* If lanes close faster than the spawner reads, each worker is still reported, in order. */
static void test_orders_wait_for_the_spawner(void **state)
{
	enum { ORDERS = 2000 };
	struct bed *bed = *state;
	uint32_t heard = 0;
	int size = 1;

	assert_int_equal(setsockopt(bed->orders_fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), 0);
	for (uint32_t i = 1; i <= ORDERS; i++)
		ending_add(&bed->keeper, i, -1, USER, i % 2);
	for (size_t passes = 0; heard < ORDERS && passes < 2 * ORDERS; passes++) {
		while (wire_receive_now(&bed->message, bed->spawner_fd) == 1) {
			assert_int_equal(bed->message.header->nlmsg_seq, ++heard);
			assert_int_equal(bed->message.header->nlmsg_type,
					 heard % 2 ? TASK_ABORT : TASK_AWAIT);
		}
		pass(&bed->keeper);
	}
	assert_int_equal(heard, ORDERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_flood_is_read_in_bounded_passes, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_slow_requests_do_not_delay_others, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_fronts_of_a_user_share_the_keepers_time, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_front_goes_on_after_its_rest, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lanes_are_denied_while_many_workers_end, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_lanes_are_denied_while_some_workers_hang,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_lanes_are_opened_in_turn, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_lane_that_was_lost_is_taken_away_with_its_request, setup, teardown),
		cmocka_unit_test_setup_teardown(test_orders_wait_for_the_spawner, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
