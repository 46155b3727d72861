/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The words of networks, and the calls that verbs make of them. Each row has a command line, its
 * call (which must fit the interface), the reply, and the output.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "client/verbs.h"
#include "tests/unit/answering.h"

#define NETWORK                                                                            \
	"{\"name\":\"lan\",\"owner\":4242424,\"subnets\":[\"10.0.0.0/24\",\"fd00::/64\"]," \
	"\"egress\":true,\"members\":[\"a\",\"b\"],\"created\":4e9}"
#define BARE "{\"name\":\"bare\",\"owner\":0,\"members\":[],\"created\":4e9}"
#define LISTED                                                                                     \
	"{\"name\":\"out\",\"owner\":4242424,\"members\":[\"a\"],\"created\":4e9,\"egress\":true," \
	"\"allow\":[\"192.0.2.0/24\",\"@dns\"],\"deny\":[\"192.0.2.9\"],\"refusedPackets\":3}"

#define STATUS(may)                                                                      \
	"{\"version\":\"1\",\"started\":1.0,\"kernel\":\"6\",\"limits\":{},\"used\":{}," \
	"\"counters\":{},\"features\":{\"administer\":" may "}}"

static void test_network_verbs_call_and_print(void **state _unused_)
{
	static const struct exchange_row rows[] = {
		{"network create lan",
		 {"CreateNetwork {\"name\":\"lan\"}"},
		 {"{\"network\":" NETWORK "}"},
		 0,
		 "lan\n"},
		{"network create lan --subnet=10.0.0.0/24 --subnet fd00::/64 --egress "
		 "--dns=192.0.2.1 --dns=2001:db8::1",
		 {"CreateNetwork {\"name\":\"lan\",\"subnets\":[\"10.0.0.0/24\",\"fd00::/64\"],"
		  "\"egress\":true,\"dns\":[\"192.0.2.1\",\"2001:db8::1\"]}"},
		 {"{\"network\":" NETWORK "}"},
		 0,
		 "lan\n"},
		{"network create lan --subnet=10.0.0.0",
		 {"CreateNetwork {\"name\":\"lan\",\"subnets\":[\"10.0.0.0\"]}"},
		 {"!InvalidValue {\"field\":\"subnets[0]\",\"reason\":\"no prefix\"}"},
		 STATUS_FAILED,
		 "!--subnet=10.0.0.0: no prefix"},
		{"network create", {NULL}, {NULL}, STATUS_USAGE, "!too few arguments"},
		{"network create a b", {NULL}, {NULL}, STATUS_USAGE, "!unexpected argument b"},
		{"network create Lan", {NULL}, {NULL}, STATUS_USAGE, "!is not a valid name of"},
		{"network create host", {NULL}, {NULL}, STATUS_USAGE, "!is not a valid name of"},
		{"network create --owner=1 lan", {NULL}, {NULL}, STATUS_USAGE, "!--owner"},
		{"network list --owner=4242424",
		 {"ListNetworks {\"allOwners\":true}", "GetStatus {}"},
		 {"{\"networks\":[" NETWORK "," BARE "]}", STATUS("true")},
		 0,
		 "lan  4242424  10.0.0.0/24,fd00::/64  yes  a,b  0s\n"},
		{"network list --owner=4242424",
		 {"ListNetworks {\"allOwners\":true}", "GetStatus {}"},
		 {"{\"networks\":[]}", STATUS("false")},
		 0,
		 "!nsctl: network list: only root and administrators see others' networks\n"},
		{"network list --quiet --owner=4242424",
		 {"ListNetworks {\"allOwners\":true}"},
		 {"{\"networks\":[]}"},
		 0,
		 ""},
		{"network list --quiet",
		 {"ListNetworks {}"},
		 {"{\"networks\":[" NETWORK "," BARE "]}"},
		 0,
		 "lan\nbare\n"},
		{"network list --all-owners --json",
		 {"ListNetworks {\"allOwners\":true}"},
		 {"{\"networks\":[{\"name\":\"bare\",\"owner\":7,\"members\":[],\"created\":1.5}]"
		  "}"},
		 0,
		 "{\"name\":\"bare\",\"owner\":7,\"members\":[],\"created\":1.5}\n"},
		{"network list lan",
		 {NULL},
		 {NULL},
		 STATUS_USAGE,
		 "!list takes no names; use `nsctl network show NAME`"},
		{"network list --columns=name,egress,allowed,denied",
		 {"ListNetworks {}"},
		 {"{\"networks\":[" LISTED "," BARE "]}"},
		 0,
		 "out   listed  192.0.2.0/24,@dns  192.0.2.9\n"
		 "bare  no      -                  -\n"},
		{"network show out bare",
		 {"GetNetwork {\"name\":\"out\"}", "GetNetwork {\"name\":\"bare\"}"},
		 {"{\"network\":" LISTED "}", "{\"network\":" BARE "}"},
		 0,
		 "out\n"
		 "  owner       4242424\n"
		 "  created     0s ago\n"
		 "  members     a\n"
		 "  egress      yes\n"
		 "  allowed     192.0.2.0/24,@dns\n"
		 "  denied      192.0.2.9\n"
		 "  refused     3 packets to what it may not reach\n"
		 "\n"
		 "bare\n"
		 "  owner       root (0)\n"
		 "  created     0s ago\n"},
		{"network show gone",
		 {"GetNetwork {\"name\":\"gone\"}"},
		 {"!NotFound {\"what\":\"network\",\"name\":\"gone\"}"},
		 STATUS_FAILED,
		 "!there is no network called gone"},
		{"network rm a b",
		 {"RemoveNetwork {\"name\":\"a\"}", "RemoveNetwork {\"name\":\"b\"}"},
		 {"!Busy {\"name\":\"a\",\"state\":\"in use\"}", "{}"},
		 STATUS_FAILED,
		 "!network rm a: a is in use"},
		{"network rm --ignore a",
		 {"RemoveNetwork {\"name\":\"a\"}"},
		 {"!NotFound {\"what\":\"network\",\"name\":\"a\"}"},
		 0,
		 ""},
		{"network rm", {NULL}, {NULL}, STATUS_USAGE, "!no network given (--all"},
		{"network rm --all a", {NULL}, {NULL}, STATUS_USAGE, "!names or --all"},
		{"network rm --all",
		 {"ListNetworks {}", "RemoveNetwork {\"name\":\"a\"}",
		  "RemoveNetwork {\"name\":\"b\"}"},
		 {"{\"networks\":[{\"name\":\"a\",\"owner\":7,\"members\":[],\"created\":1.5,"
		  "\"subnets\":[],\"egress\":false},{\"name\":\"b\",\"owner\":7,\"members\":[],"
		  "\"created\":1.5,\"subnets\":[],\"egress\":false}]}",
		  "!NotFound {\"what\":\"network\",\"name\":\"a\"}", "{}"},
		 0,
		 "!nsctl: network rm: removed 1 network\n"},
		{"network rm --all",
		 {"ListNetworks {}"},
		 {"{\"networks\":[]}"},
		 0,
		 "!nsctl: network rm: nothing is there, so nothing was removed\n"},
		{"network rm --all --quiet", {"ListNetworks {}"}, {"{\"networks\":[]}"}, 0, ""},
	};

	answering_check_group(networks_verbs, rows, ARRAY_SIZE(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_network_verbs_call_and_print),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
