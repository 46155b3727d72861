/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exchange.c as a full truth table: every state with everything that can happen in it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base.h"
#include "protocol/exchange.h"

static const enum exchange_state states[] = {EXCHANGE_IDLE, EXCHANGE_CALL, EXCHANGE_MORE,
					     EXCHANGE_ONEWAY};

static void test_call_begins_an_exchange(void **state _unused_)
{
	static const struct {
		bool more, oneway;
		enum exchange_state after;
	} rows[] = {
		{false, false, EXCHANGE_CALL},
		{true, false, EXCHANGE_MORE},
		{false, true, EXCHANGE_ONEWAY},
		{true, true, EXCHANGE_ONEWAY},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(states); j++) {
			struct exchange exchange = {.state = states[j]};
			bool idle = states[j] == EXCHANGE_IDLE;

			assert_int_equal(exchange_begin(&exchange, rows[i].more, rows[i].oneway),
					 idle);
			assert_int_equal(exchange.state, idle ? rows[i].after : states[j]);
		}
	}
}

static void test_reply_is_sent_or_is_wrong(void **state _unused_)
{
	static const struct {
		enum exchange_state before;
		bool continues;
		enum exchange_verdict verdict;
		enum exchange_state after;
	} rows[] = {
		{EXCHANGE_IDLE, false, EXCHANGE_WRONG, EXCHANGE_IDLE},
		{EXCHANGE_IDLE, true, EXCHANGE_WRONG, EXCHANGE_IDLE},
		{EXCHANGE_CALL, false, EXCHANGE_SEND, EXCHANGE_IDLE},
		{EXCHANGE_CALL, true, EXCHANGE_WRONG, EXCHANGE_CALL},
		{EXCHANGE_MORE, false, EXCHANGE_SEND, EXCHANGE_IDLE},
		{EXCHANGE_MORE, true, EXCHANGE_SEND, EXCHANGE_MORE},
		{EXCHANGE_ONEWAY, false, EXCHANGE_SWALLOW, EXCHANGE_IDLE},
		{EXCHANGE_ONEWAY, true, EXCHANGE_SWALLOW, EXCHANGE_ONEWAY},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct exchange exchange = {.state = rows[i].before};

		assert_int_equal(exchange_reply(&exchange, rows[i].continues), rows[i].verdict);
		assert_int_equal(exchange.state, rows[i].after);
	}
}

static void test_calls_and_replies_follow_one_another(void **state _unused_)
{
	struct exchange exchange = {0};

	assert_true(exchange_begin(&exchange, true, false));
	for (int i = 0; i < 3; i++)
		assert_int_equal(exchange_reply(&exchange, true), EXCHANGE_SEND);
	assert_false(exchange_begin(&exchange, false, false));
	assert_int_equal(exchange_reply(&exchange, false), EXCHANGE_SEND);
	assert_int_equal(exchange_reply(&exchange, false), EXCHANGE_WRONG);
	assert_true(exchange_begin(&exchange, false, true));
	assert_int_equal(exchange_reply(&exchange, false), EXCHANGE_SWALLOW);
	assert_true(exchange_begin(&exchange, false, false));
	assert_int_equal(exchange_reply(&exchange, false), EXCHANGE_SEND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_call_begins_an_exchange),
		cmocka_unit_test(test_reply_is_sent_or_is_wrong),
		cmocka_unit_test(test_calls_and_replies_follow_one_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
