/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* struct told of egress-denied.h: which refused packets have not been reported yet. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <string.h>

#include "daemon/keeper/network/egress-denied.h"

static struct task_refusal news[TOLD_MAX];

static struct task_refusal refusal(uint8_t address, uint16_t port, uint64_t packets)
{
	return (struct task_refusal){.family = AF_INET,
				     .protocol = IPPROTO_UDP,
				     .address = {address},
				     .port = port,
				     .packets = packets};
}

/* Compares with these counters, of which the first has packets 0: it is the end. */
static size_t compare(struct told *told, const struct task_refusal *items)
{
	static struct task_refusals now;

	for (now.n = 0; items[now.n].packets; now.n++)
		now.items[now.n] = items[now.n];
	return told_compare(told, &now, news);
}

static void tell_all(struct told *told, size_t n)
{
	for (size_t i = 0; i < n; i++)
		told_add(told, &news[i]);
}

static void test_new_refusals_are_news(void **state _unused_)
{
	struct told told = {};

	assert_int_equal(compare(&told, (struct task_refusal[]){{}}), 0);
	assert_int_equal(
		compare(&told, (struct task_refusal[]){refusal(1, 1, 2), refusal(1, 2, 5), {}}), 2);
	/* those with most packets come first */
	assert_int_equal(news[0].port, 2);
	assert_int_equal(news[0].packets, 5);
	tell_all(&told, 2);
	assert_int_equal(
		compare(&told, (struct task_refusal[]){refusal(1, 1, 2), refusal(1, 2, 5), {}}), 0);
	assert_int_equal(compare(&told,
				 (struct task_refusal[]){
					 refusal(1, 1, 9), refusal(2, 1, 1), refusal(1, 2, 5), {}}),
			 2);
	assert_int_equal(news[0].packets, 7);
	assert_int_equal(news[0].address[0], 1);
	assert_int_equal(news[1].packets, 1);
	assert_int_equal(news[1].address[0], 2);
	told_clear(&told);
}

static void test_untold_refusals_stay_news(void **state _unused_)
{
	struct told told = {};

	assert_int_equal(
		compare(&told, (struct task_refusal[]){refusal(1, 1, 4), refusal(1, 2, 3), {}}), 2);
	tell_all(&told, 1);
	/* what was not told stays news, with what has come since */
	assert_int_equal(
		compare(&told, (struct task_refusal[]){refusal(1, 1, 4), refusal(1, 2, 8), {}}), 1);
	assert_int_equal(news[0].packets, 8);
	told_clear(&told);
}

static void test_forgotten_destination_begins_anew(void **state _unused_)
{
	struct told told = {};

	tell_all(&told, compare(&told, (struct task_refusal[]){refusal(1, 1, 4), {}}));
	assert_int_equal(compare(&told, (struct task_refusal[]){refusal(1, 1, 3), {}}), 1);
	assert_int_equal(news[0].packets, 3);
	tell_all(&told, 1);
	/* a destination that the kernel has forgotten begins anew, whatever it has now */
	assert_int_equal(compare(&told, (struct task_refusal[]){{}}), 0);
	assert_int_equal(compare(&told, (struct task_refusal[]){refusal(1, 1, 5), {}}), 1);
	assert_int_equal(news[0].packets, 5);
	told_clear(&told);
	assert_int_equal(told.n, 0);
}

static void test_destinations_differ_by_protocol_and_family(void **state _unused_)
{
	struct told told = {};
	struct task_refusal items[] = {refusal(1, 1, 1), refusal(1, 1, 2), refusal(1, 1, 3), {}};

	items[1].protocol = IPPROTO_TCP;
	items[2].family = AF_INET6;
	tell_all(&told, compare(&told, items));
	assert_int_equal(compare(&told, items), 0);
	items[0].packets = 2;
	assert_int_equal(compare(&told, items), 1);
	assert_int_equal(news[0].protocol, IPPROTO_UDP);
	assert_int_equal(news[0].family, AF_INET);
	told_clear(&told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new_refusals_are_news),
		cmocka_unit_test(test_untold_refusals_stay_news),
		cmocka_unit_test(test_forgotten_destination_begins_anew),
		cmocka_unit_test(test_destinations_differ_by_protocol_and_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
