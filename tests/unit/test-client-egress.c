/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb egress: the calls that it makes, and what it prints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "client/verbs.h"
#include "client/verb.h"
#include "tests/unit/answering.h"

#define LIST                                                                                     \
	"{\"allow\":[\"192.0.2.1\",\"@dns\"],\"deny\":[\"192.0.2.1:80\"],\"refusedPackets\":12," \
	"\"refusedDestinations\":["                                                              \
	"{\"address\":\"192.0.2.2\",\"protocol\":\"tcp\",\"port\":443,\"packets\":7},"           \
	"{\"address\":\"2001:db8::1\",\"protocol\":\"udp\",\"port\":53,\"packets\":3},"          \
	"{\"address\":\"2001:db8::2\",\"protocol\":\"icmpv6\",\"packets\":2}]}"
#define NAMES                                                                            \
	"{\"allow\":[\"a.example\"],\"deny\":[],\"refusedPackets\":0,\"refusedNames\":[" \
	"{\"name\":\"b.example\",\"questions\":3},{\"name\":\"c.example\",\"questions\":1}]}"
#define NAMES_ALONE \
	"{\"allow\":[],\"deny\":[],\"refusedNames\":[{\"name\":\"b.example\",\"questions\":3}]}"
#define NOTHING "{\"allow\":[],\"deny\":[]}"

static void test_egress_calls_and_prints(void **state _unused_)
{
	static const struct exchange_row rows[] = {
		{"egress box",
		 {"SetEgress {\"name\":\"box\"}"},
		 {LIST},
		 0,
		 "  allowed     192.0.2.1\n"
		 "              @dns\n"
		 "  denied      192.0.2.1:80\n"
		 "  refused     12 packets to what it may not reach\n"
		 "              192.0.2.2:443/tcp: 7\n"
		 "              [2001:db8::1]:53/udp: 3\n"
		 "              2001:db8::2 (icmpv6): 2\n"},
		{"egress net/lan",
		 {"SetEgress {\"network\":\"lan\"}"},
		 {NOTHING},
		 0,
		 "  allowed     nothing\n"},
		{"egress box",
		 {"SetEgress {\"name\":\"box\"}"},
		 {NAMES},
		 0,
		 "  allowed     a.example\n"
		 "  refused     0 packets to what it may not reach\n"
		 "              the name b.example: 3\n"
		 "              the name c.example: 1\n"},
		{"egress box",
		 {"SetEgress {\"name\":\"box\"}"},
		 {NAMES_ALONE},
		 0,
		 "  allowed     nothing\n"
		 "  refused     the name b.example: 3\n"},
		{"egress --json box", {"SetEgress {\"name\":\"box\"}"}, {NOTHING}, 0, NOTHING "\n"},
		{"egress --allow=192.0.2.1 --allow=@dns --deny=192.0.2.1:80 --remove=::1 box",
		 {"SetEgress {\"allow\":[\"192.0.2.1\",\"@dns\"],\"deny\":[\"192.0.2.1:80\"],"
		  "\"remove\":[\"::1\"],\"name\":\"box\"}"},
		 {LIST},
		 0,
		 ""},
		{"egress --owner=7 --remove=::1 --remove=::2 box",
		 {"SetEgress {\"remove\":[\"::1\",\"::2\"],\"name\":\"box\",\"owner\":7}"},
		 {"!InvalidValue {\"field\":\"remove[1]\",\"reason\":\"is not on the list\"}"},
		 STATUS_FAILED,
		 "!--remove=::2: is not on the list"},
		{"egress --learn --allow=::1 box",
		 {NULL},
		 {NULL},
		 STATUS_USAGE,
		 "!--learn cannot be combined with a change of the list"},
		{"egress --learn box",
		 {"LearnEgress {\"name\":\"box\"}"},
		 {"!Busy {\"name\":\"box\",\"state\":\"learning\"}"},
		 STATUS_FAILED,
		 "!box is learning"},
		{"egress --allow=::1 box",
		 {"SetEgress {\"allow\":[\"::1\"],\"name\":\"box\"}"},
		 {"!Busy {\"name\":\"box\",\"state\":\"learning\"}"},
		 STATUS_FAILED,
		 "!hint: another `nsctl egress --learn` lets all through"},
		{"egress --allow=::1 box",
		 {"SetEgress {\"allow\":[\"::1\"],\"name\":\"box\"}"},
		 {"!Busy {\"name\":\"box\",\"state\":\"changing\"}"},
		 STATUS_FAILED,
		 "!hint: another change of the list is in progress"},
		{"egress --allow ::1",
		 {NULL},
		 {NULL},
		 STATUS_USAGE,
		 "!too few arguments, as ::1 is the value of --allow"},
		{"egress", {NULL}, {NULL}, STATUS_USAGE, "!too few arguments"},
		{"egress a b", {NULL}, {NULL}, STATUS_USAGE, "!unexpected argument b"},
	};

	answering_check_group(egress_verbs, rows, ARRAY_SIZE(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_egress_calls_and_prints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
