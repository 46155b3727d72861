/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* arrival-queue.c: users take turns, and the pace of a user with fruitless connections. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base.h"
#include "daemon/keeper/base/arrival-queue.h"

#define ALICE 1000
#define BOB 1001
#define NOW UINT64_C(1000000000)

static void expect(struct arrival_queue *queue, uint64_t now, uid_t uid, int fd)
{
	uid_t found = 0;

	assert_true(arrival_queue_may_pop(queue, now));
	assert_int_equal(arrival_queue_pop(queue, now, &found), fd);
	assert_int_equal(found, uid);
}

static void expect_none(struct arrival_queue *queue, uint64_t now)
{
	uid_t found;

	assert_false(arrival_queue_may_pop(queue, now));
	assert_int_equal(arrival_queue_pop(queue, now, &found), -1);
}

static void finish(struct arrival_queue *queue)
{
	assert_int_equal(queue->n_waiting, 0);
	arrival_queue_forgive_all(queue);
	arrival_queue_tidy(queue, NOW);
	assert_null(queue->first);
}

static void test_users_take_turns(void **state _unused_)
{
	struct arrival_queue queue = {};

	expect_none(&queue, NOW);
	for (int fd = 10; fd < 14; fd++)
		assert_int_equal(arrival_queue_push(&queue, ALICE, fd), 0);
	assert_int_equal(arrival_queue_push(&queue, BOB, 20), 0);
	assert_int_equal(arrival_queue_push(&queue, BOB, 21), 0);
	assert_int_equal(queue.n_waiting, 6);
	expect(&queue, NOW, ALICE, 10);
	expect(&queue, NOW, BOB, 20);
	expect(&queue, NOW, ALICE, 11);
	expect(&queue, NOW, BOB, 21);
	expect(&queue, NOW, ALICE, 12);
	expect(&queue, NOW, ALICE, 13);
	expect_none(&queue, NOW);
	finish(&queue);
}

static void test_first_fruitless_connections_are_forgiven(void **state _unused_)
{
	struct arrival_queue queue = {};

	assert_int_equal(arrival_queue_push(&queue, ALICE, 10), 0);
	for (int i = 0; i < ARRIVAL_FORGIVEN - 1; i++)
		arrival_queue_count_fruitless(&queue, ALICE, NOW);
	expect(&queue, NOW, ALICE, 10);
	finish(&queue);
}

static void test_user_with_fruitless_connections_is_served_slowly(void **state _unused_)
{
	struct arrival_queue queue = {};

	for (int i = 0; i < ARRIVAL_FORGIVEN; i++)
		arrival_queue_count_fruitless(&queue, ALICE, NOW);
	assert_int_equal(arrival_queue_push(&queue, ALICE, 10), 0);
	assert_int_equal(arrival_queue_push(&queue, BOB, 20), 0);
	/* another user does not wait behind it */
	expect(&queue, NOW, BOB, 20);
	expect_none(&queue, NOW);
	assert_int_equal(queue.n_waiting, 1);
	expect(&queue, NOW + 1, ALICE, 10);
	/* another fruitless connection costs its own time and the time that is still owed */
	arrival_queue_count_fruitless(&queue, ALICE, NOW + 1);
	assert_int_equal(arrival_queue_push(&queue, ALICE, 11), 0);
	expect_none(&queue, NOW + ARRIVAL_FORGIVE_MICROSECONDS);
	expect(&queue, NOW + ARRIVAL_FORGIVE_MICROSECONDS + 1, ALICE, 11);
	finish(&queue);
}

static void test_tidy_keeps_users_who_are_not_forgiven(void **state _unused_)
{
	const uint64_t later = NOW + ARRIVAL_FORGIVE_MICROSECONDS;
	struct arrival_queue queue = {};

	arrival_queue_count_fruitless(&queue, ALICE, NOW);
	assert_int_equal(arrival_queue_push(&queue, BOB, 20), 0);
	arrival_queue_tidy(&queue, later - 1);
	assert_non_null(queue.first);
	expect(&queue, NOW, BOB, 20);
	arrival_queue_tidy(&queue, later - 1);
	assert_non_null(queue.first);
	arrival_queue_tidy(&queue, later);
	assert_null(queue.first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_users_take_turns),
		cmocka_unit_test(test_first_fruitless_connections_are_forgiven),
		cmocka_unit_test(test_user_with_fruitless_connections_is_served_slowly),
		cmocka_unit_test(test_tidy_keeps_users_who_are_not_forgiven),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
