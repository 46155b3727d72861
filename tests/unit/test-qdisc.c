/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* qdisc.c: how many packets wait in an impaired link. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/kernel/qdisc.h"

static void test_packets_that_wait_are_bounded(void **state _unused_)
{
	static const struct {
		struct wire_impairment impairment;
		uint32_t mtu, least, most;
	} rows[] = {
		/* 1 Mbit/s and 50 ms: 125 kB/s for 150 ms are 18750 bytes, not 10000 packets */
		{{.rate = 1000000, .delay = 50000}, 0, 12, 30},
		{{.rate = 1000000, .delay = 50000, .jitter = 50000}, 0, 15, 35},
		{{.rate = 8000, .delay = 1000}, 0, 1, 20},
		/* the packets of the delay must fit in any case */
		{{.rate = 1000000000, .delay = 1000000}, 0, 80000, 100000},
		{{.rate = 1000000000, .delay = 1000000}, 9000, 13000, 17000},
		{{.rate = IMPAIR_RATE_MAX, .delay = IMPAIR_DELAY_MAX},
		 68,
		 IMPAIR_LIMIT_MAX,
		 IMPAIR_LIMIT_MAX},
		{{.delay = 50000}, 0, 10000, 10000},
		{{.rate = 1000000, .delay = 50000, .limit = 7}, 0, 7, 7},
		{{.delay = 50000, .limit = 77}, 0, 77, 77},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint32_t limit = qdisc_limit(&rows[i].impairment, rows[i].mtu);

		if (limit < rows[i].least || limit > rows[i].most)
			fail_msg("row %zu: %u", i, limit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_packets_that_wait_are_bounded)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
