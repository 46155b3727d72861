/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Leases outside of create: renew of sets and networks, network create and up. Each row has a
 * command line, the call to the daemon, the reply, and the output.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "client/lease.h"
#include "client/verbs.h"
#include "tests/unit/answering.h"

#define NETWORK "{\"network\":{\"name\":\"lan\",\"owner\":7,\"members\":[],\"created\":1}}"

static void test_renew_calls_and_prints(void **state _unused_)
{
	static const struct exchange_row rows[] = {
		{"renew box", {"Renew {\"name\":\"box\"}"}, {"{\"expires\":1}"}, 0, NULL},
		{"renew box 2h",
		 {"Renew {\"name\":\"box\",\"seconds\":7200}"},
		 {"{\"expires\":1}"},
		 0,
		 NULL},
		/* an idle time that does not run has no end */
		{"renew --lease=idle:60s box",
		 {"Renew {\"name\":\"box\",\"lease\":{\"idleSeconds\":60.0}}"},
		 {"{\"expires\":0}"},
		 0,
		 "box renewed\n"},
		{"renew box 2h --lease=idle:60s",
		 {"Renew {\"name\":\"box\",\"lease\":{\"idleSeconds\":60.0,\"seconds\":7200.0}}"},
		 {"{\"expires\":1}"},
		 0,
		 NULL},
		{"renew --owner=7 --lease=1h box",
		 {"Renew {\"name\":\"box\",\"owner\":7,\"lease\":{\"seconds\":3600.0}}"},
		 {"{\"expires\":1}"},
		 0,
		 NULL},
		{"renew --lease=idle:1 box",
		 {"Renew {\"name\":\"box\",\"lease\":{\"idleSeconds\":1.0}}"},
		 {"!InvalidValue {\"field\":\"lease.idleSeconds\",\"reason\":\"no\"}"},
		 STATUS_FAILED,
		 "!nsctl: renew box: --lease: no\n"},
		{"renew --lease=1h box 2h", {NULL}, {NULL}, STATUS_USAGE, "!two durations"},
		{"renew box soon", {NULL}, {NULL}, STATUS_USAGE, "!is not a duration"},
		{"renew --lease=x box", {NULL}, {NULL}, STATUS_USAGE, "!a duration"},
		{"renew --lease=1h", {NULL}, {NULL}, STATUS_USAGE, "!too few arguments"},
	};

	answering_check_group(sets_verbs, rows, ARRAY_SIZE(rows));
}

static void test_leases_of_networks_and_topologies_are_passed(void **state _unused_)
{
	static const struct exchange_row rows[] = {
		{"network create --lease=1h --lease=idle:5m lan",
		 {"CreateNetwork {\"lease\":{\"seconds\":3600.0,\"idleSeconds\":300.0},"
		  "\"name\":\"lan\"}"},
		 {NETWORK},
		 0,
		 "lan\n"},
		{"network renew lan 2h",
		 {"RenewNetwork {\"name\":\"lan\",\"seconds\":7200}"},
		 {"{\"expires\":1}"},
		 0,
		 NULL},
		{"network renew --lease=idle:5m lan",
		 {"RenewNetwork {\"name\":\"lan\",\"lease\":{\"idleSeconds\":300.0}}"},
		 {"{\"expires\":0}"},
		 0,
		 "lan renewed\n"},
	};

	answering_check_group(networks_verbs, rows, ARRAY_SIZE(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_renew_calls_and_prints),
		cmocka_unit_test(test_leases_of_networks_and_topologies_are_passed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
