/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* turns.c: the order of users' turns; parcel.c: a waiting task keeps the data it needs. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "base.h"
#include "daemon/keeper/base/turns.h"
#include "daemon/wire/message.h"
#include "daemon/wire/parcel.h"
#include "daemon/wire/task.h"

#define ALICE 1000
#define BOB 1001
#define CAROL 1002

/* --- bounds --- */

static void test_each_user_has_a_bounded_number_of_turns(void **state _unused_)
{
	struct turns turns = {.each_max = 2, .all_max = 100};
	struct turn alice[5];

	assert_int_equal(turns_enter(&turns, &alice[0], ALICE, TURN_MAKE), 1);
	assert_int_equal(turns_enter(&turns, &alice[1], ALICE, TURN_MAKE), 1);
	for (int i = 2; i < 5; i++)
		assert_int_equal(turns_enter(&turns, &alice[i], ALICE, TURN_MAKE), 0);
	assert_null(turns_next(&turns));
	/* each turn that ends starts one that waits, in their order */
	for (int i = 2; i < 5; i++) {
		turns_leave(&turns, &alice[i - 2]);
		assert_ptr_equal(turns_next(&turns), &alice[i]);
		assert_null(turns_next(&turns));
	}
	turns_leave(&turns, &alice[4]);
	turns_leave(&turns, &alice[3]);
	assert_null(turns.queues);
	assert_int_equal(turns.n_going, 0);
}

static void test_kinds_do_not_wait_for_each_other(void **state _unused_)
{
	struct turns turns = {.each_max = 1, .all_max = 100};
	struct turn making, next, mending;

	assert_int_equal(turns_enter(&turns, &making, ALICE, TURN_MAKE), 1);
	assert_int_equal(turns_enter(&turns, &next, ALICE, TURN_MAKE), 0);
	assert_int_equal(turns_enter(&turns, &mending, ALICE, TURN_CLEANUP), 1);
	turns_leave(&turns, &mending);
	assert_null(turns_next(&turns));
	turns_leave(&turns, &next);
	turns_leave(&turns, &making);
	assert_null(turns.queues);
}

/* A user who has no operation in progress does not wait, however many operations others have. */
static void test_first_operation_of_a_user_never_waits(void **state _unused_)
{
	struct turns turns = {.each_max = 2, .all_max = 3};
	struct turn alice[3], bob[2], carol[2];

	assert_int_equal(turns_enter(&turns, &alice[0], ALICE, TURN_MAKE), 1);
	assert_int_equal(turns_enter(&turns, &alice[1], ALICE, TURN_MAKE), 1);
	assert_int_equal(turns_enter(&turns, &alice[2], ALICE, TURN_MAKE), 0);
	assert_int_equal(turns_enter(&turns, &bob[0], BOB, TURN_MAKE), 1);
	assert_int_equal(turns_enter(&turns, &bob[1], BOB, TURN_MAKE), 0);
	assert_int_equal(turns_enter(&turns, &carol[0], CAROL, TURN_MAKE), 1);
	assert_int_equal(turns_enter(&turns, &carol[1], CAROL, TURN_MAKE), 0);
	assert_int_equal(turns.n_going, 4);
	turns_leave(&turns, &alice[0]);
	assert_null(turns_next(&turns));
	turns_leave(&turns, &alice[1]);
	/* Alice has none under way, and was first */
	assert_ptr_equal(turns_next(&turns), &alice[2]);
	assert_null(turns_next(&turns));
	turns_leave(&turns, &carol[0]);
	/* Bob comes next, and Carol has none under way now */
	assert_ptr_equal(turns_next(&turns), &bob[1]);
	assert_ptr_equal(turns_next(&turns), &carol[1]);
	assert_null(turns_next(&turns));
	turns_leave(&turns, &alice[2]);
	turns_leave(&turns, &bob[0]);
	turns_leave(&turns, &bob[1]);
	turns_leave(&turns, &carol[1]);
	assert_null(turns.queues);
}

/* --- in turn --- */

static void test_users_take_turns(void **state _unused_)
{
	/* each user's first goes */
	struct turns turns = {.each_max = 2, .all_max = 1};
	struct turn alice[5], bob[3], carol[2], *going = &alice[1];
	/* which user gets the place that is given up again and again */
	struct turn *const expected[] = {&bob[1], &carol[1], &alice[2],
					 &bob[2], &alice[3], &alice[4]};

	for (int i = 0; i < 5; i++)
		turns_enter(&turns, &alice[i], ALICE, TURN_MAKE);
	for (int i = 0; i < 3; i++)
		turns_enter(&turns, &bob[i], BOB, TURN_MAKE);
	for (int i = 0; i < 2; i++)
		turns_enter(&turns, &carol[i], CAROL, TURN_MAKE);
	assert_int_equal(turns.n_going, 3);
	turns.all_max = 4;
	assert_ptr_equal(turns_next(&turns), going);
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++) {
		assert_null(turns_next(&turns));
		turns_leave(&turns, going);
		going = turns_next(&turns);
		assert_ptr_equal(going, expected[i]);
	}
	turns_leave(&turns, going);
	turns_leave(&turns, &alice[0]);
	turns_leave(&turns, &bob[0]);
	turns_leave(&turns, &carol[0]);
	assert_null(turns.queues);
}

static void test_operation_may_leave_while_it_waits(void **state _unused_)
{
	struct turns turns = {.each_max = 1, .all_max = 10};
	struct turn alice[5];

	for (int i = 0; i < 4; i++)
		assert_int_equal(turns_enter(&turns, &alice[i], ALICE, TURN_MAKE), i == 0);
	turns_leave(&turns, &alice[1]);
	/* twice is once */
	turns_leave(&turns, &alice[1]);
	turns_leave(&turns, &alice[3]);
	assert_int_equal(turns_enter(&turns, &alice[4], ALICE, TURN_MAKE), 0);
	turns_leave(&turns, &alice[0]);
	assert_ptr_equal(turns_next(&turns), &alice[2]);
	turns_leave(&turns, &alice[2]);
	assert_ptr_equal(turns_next(&turns), &alice[4]);
	turns_leave(&turns, &alice[4]);
	assert_null(turns.queues);
}

/* --- waiting tasks --- */

static void test_parcel_keeps_message_and_descriptors(void **state _unused_)
{
	struct wire_writer writer = {}, *parcel = NULL;
	struct wire_message message = {};
	struct task_fork task = {}, read = {};
	int pair[2];

	assert_int_equal(wire_writer_init(&writer, WIRE_SIZE_MAX), 0);
	assert_int_equal(wire_message_init(&message), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	task.channel_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	wire_begin(&writer, TASK_FORK, 0, 7, 9);
	wire_put(&writer, &task_fork_layout, &task);
	assert_int_equal(wire_parcel_new(&writer, &parcel), 0);
	/* the original is changed and freed */
	close_fd(task.channel_fd);
	wire_begin(&writer, TASK_SPARE, 0, 1, 1);
	assert_int_equal(wire_send(parcel, pair[0]), 0);
	parcel = wire_parcel_free(parcel);
	assert_null(parcel);
	assert_int_equal(wire_receive(&message, pair[1]), 1);
	assert_int_equal(message.header->nlmsg_type, TASK_FORK);
	assert_int_equal(message.header->nlmsg_seq, 7);
	assert_int_equal(wire_decode(&message, &task_fork_layout, &read), 0);
	assert_true(fcntl(read.channel_fd, F_GETFD) >= 0);
	/* a descriptor that has gone makes none, and none is lost */
	task.channel_fd = 9999;
	wire_begin(&writer, TASK_FORK, 0, 7, 9);
	wire_put(&writer, &task_fork_layout, &task);
	assert_int_equal(wire_parcel_new(&writer, &parcel), -EBADF);
	assert_null(parcel);
	close_fd(pair[0]);
	close_fd(pair[1]);
	wire_message_done(&message);
	wire_writer_done(&writer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_user_has_a_bounded_number_of_turns),
		cmocka_unit_test(test_kinds_do_not_wait_for_each_other),
		cmocka_unit_test(test_first_operation_of_a_user_never_waits),
		cmocka_unit_test(test_users_take_turns),
		cmocka_unit_test(test_operation_may_leave_while_it_waits),
		cmocka_unit_test(test_parcel_keeps_message_and_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
