/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The words of links, and the calls that verbs make of them. Each row has a command
 * line, its call (which must fit the interface), the reply, and the output.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "client/ends.h"
#include "client/verbs.h"
#include "client/show.h"
#include "client/verb.h"
#include "tests/unit/answering.h"

static void test_link_option_becomes_json(void **state _unused_)
{
	static const struct {
		const char *word, *link; /* NULL: refused */
	} rows[] = {
		{"host", "{\"peer\":{\"host\":true}}"},
		{"other:eth0", "{\"peer\":{\"set\":\"other\",\"interface\":\"eth0\"}}"},
		{"net/lan,address=10.0.0.2/24,gateway=10.0.0.1",
		 "{\"end\":{\"addresses\":[\"10.0.0.2/24\"],\"gateway\":\"10.0.0.1\"},\"peer\":{"
		 "\"network\":\"lan\"}}"},
		{"a,address=10.0.0.2/24,address=fd00::2/64,mtu=1400,mac=02:00:00:00:00:01,down",
		 "{\"end\":{\"addresses\":[\"10.0.0.2/24\",\"fd00::2/64\"],\"mtu\":1400,\"mac\":"
		 "\"02:00:00:00:00:01\",\"up\":false},\"peer\":{\"set\":\"a\"}}"},
		{"a,peer-mtu=1400,peer-gateway=10.0.0.2,name=pair",
		 "{\"name\":\"pair\",\"peer\":{\"set\":\"a\",\"mtu\":1400,\"gateway\":"
		 "\"10.0.0.2\"}}"},
		{"net/lan,delay=50ms,jitter=5ms,loss=1%,duplicate=2,corrupt=0.5%,reorder=25%,"
		 "rate=10mbit",
		 "{\"end\":{\"impairment\":{\"delayMilliseconds\":50.0,\"jitterMilliseconds\":5.0,"
		 "\"lossPercent\":1.0,\"duplicatePercent\":2.0,\"corruptPercent\":0.5,"
		 "\"reorderPercent\":25.0,\"rateBitsPerSecond\":10000000}},\"peer\":{\"network\":"
		 "\"lan\"}}"},
		{"host:veth0,peer-address=fd00::1/64,peer-delay=1s,peer-down,up",
		 "{\"end\":{\"up\":true},\"peer\":{\"host\":true,\"interface\":\"veth0\","
		 "\"addresses\":["
		 "\"fd00::1/64\"],\"impairment\":{\"delayMilliseconds\":1000.0},\"up\":false}}"},
		{"a,gateway=fd00::1,gateway=10.0.0.1,route=10.9.0.0/16,via=10.0.0.2,metric=5,"
		 "route=default,via=10.0.0.3,onlink,src=10.0.0.9,peer-route=10.8.0.0/16",
		 "{\"end\":{\"gateway\":\"fd00::1\",\"secondGateway\":\"10.0.0.1\",\"routes\":[{"
		 "\"destination\":\"10.9.0.0/16\",\"via\":\"10.0.0.2\",\"metric\":5},{"
		 "\"destination\":\"default\",\"via\":\"10.0.0.3\",\"onlink\":true,\"source\":"
		 "\"10.0.0.9\"}]},\"peer\":{\"set\":\"a\",\"routes\":[{\"destination\":"
		 "\"10.8.0.0/16\"}]}}"},
		{"net/lan,alias=db,alias=db.example",
		 "{\"end\":{\"aliases\":[\"db\",\"db.example\"]},\"peer\":{\"network\":\"lan\"}}"},
		/* nothing that is given twice is dropped in silence */
		{"a,gateway=10.0.0.1,gateway=10.0.0.2", NULL},
		{"a,gateway=10.0.0.1,gateway=fd00::1,gateway=fd00::2", NULL},
		{"a,mtu=1400,mtu=1400", NULL},
		{"a,mac=02:00:00:00:00:01,mac=02:00:00:00:00:02", NULL},
		{"a:eth0,peer-interface=eth1", NULL},
		{"a,interface=x,interface=y", NULL},
		{"a,name=x,name=y", NULL},
		{"a,delay=1ms,delay=2ms", NULL},
		{"a,up,down", NULL},
		{"a,via=10.0.0.1", NULL},
		{"a,onlink", NULL},
		{"a,route=10.0.0.0/8,metric=0", NULL},
		{"a,route=10.0.0.0/8,metric=5,metric=6", NULL},
		{"", NULL},
		{"a,name=Upper", NULL},
		{"a,loss=101%", NULL},
		{"a,delay=50", NULL},
		{"a,rate=fast", NULL},
		{"a,peer-peer-mtu=1400", NULL},
		{":eth0", NULL},
		{"host:", NULL},
		{"net/", NULL},
		{"Upper", NULL},
		{"host,", NULL},
		{"host,address", NULL},
		{"host,address=", NULL},
		{"host,bogus=1", NULL},
		{"host,mtu=1", NULL},
		{"host,mtu=x", NULL},
		{"host,peer-name=x", NULL},
		{"host,down=1", NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_text_ struct text why = {0};
		_cleanup_json_ json_t *link = ends_parse_link(rows[i].word, &why);
		_cleanup_json_ json_t *wanted =
			rows[i].link ? json_loads(rows[i].link, 0, NULL) : NULL;
		_cleanup_free_ char *text = link ? json_dumps(link, JSON_COMPACT) : NULL;

		if (!link != !wanted || (link && !json_equal(link, wanted)))
			fail_msg("%s\nis %s\nnot %s", rows[i].word, text ? text : "refused",
				 rows[i].link ? rows[i].link : "refused");
		/* a refused user gets the reason */
		assert_int_equal(why.used > 0, !rows[i].link);
	}
}

static void test_words_of_ends_become_json(void **state _unused_)
{
	static const struct {
		const char *word, *end; /* NULL: refused */
		const char *where;	/* as it is printed */
	} rows[] = {
		{"web", "{\"set\":\"web\"}", "web"},
		{"web:eth0", "{\"set\":\"web\",\"interface\":\"eth0\"}", "web:eth0"},
		{"host:veth0", "{\"host\":true,\"interface\":\"veth0\"}", "host:veth0"},
		{"net/lan", "{\"network\":\"lan\"}", "net/lan"},
		{"web:eth0,address=10.0.0.1/24,address=fd00::1/64,gateway=fd00::2,down",
		 "{\"set\":\"web\",\"interface\":\"eth0\",\"addresses\":[\"10.0.0.1/24\","
		 "\"fd00::1/64\"],\"gateway\":\"fd00::2\",\"up\":false}",
		 "web:eth0"},
		{"web,interface=e,mtu=1280,mac=02:00:00:00:00:01,rate=1kbps",
		 "{\"set\":\"web\",\"interface\":\"e\",\"mtu\":1280,\"mac\":\"02:00:00:00:00:01\","
		 "\"impairment\":{\"rateBitsPerSecond\":8000}}",
		 "web:e"},
		{"", NULL, NULL},
		{"Web", NULL, NULL},
		{"net/", NULL, NULL},
		{"net/Lan", NULL, NULL},
		{"web:", NULL, NULL},
		{"web,", NULL, NULL},
		{"web,name=x", NULL, NULL},
		{"web,peer-address=10.0.0.1/24", NULL, NULL},
		{"web,mtu=67", NULL, NULL},
		{"web,mtu=65536", NULL, NULL},
		{"web,down=1", NULL, NULL},
		{"web,loss=-1%", NULL, NULL},
		{"web,=", NULL, NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_text_ struct text why = {0}, where = {0};
		_cleanup_json_ json_t *end = ends_parse(rows[i].word, &why);
		_cleanup_json_ json_t *wanted =
			rows[i].end ? json_loads(rows[i].end, 0, NULL) : NULL;

		if (!end != !wanted || (end && !json_equal(end, wanted)))
			fail_msg("\"%s\": %s", rows[i].word, end ? "taken" : why.data);
		assert_int_equal(why.used > 0, !end);
		if (!end)
			continue;
		ends_add(&where, end);
		assert_string_equal(where.data, rows[i].where);
	}
}

/* The output can be used as input. */
static void test_impairments_are_printed_as_they_are_read(void **state _unused_)
{
	static const struct {
		const char *impairment, *text; /* "": none */
	} rows[] = {
		{"{}", ""},
		{"{\"delayMilliseconds\":0,\"lossPercent\":0.0,\"rateBitsPerSecond\":0}", ""},
		{"{\"lossPercent\":-1,\"delayMilliseconds\":null}", ""},
		{"{\"delayMilliseconds\":50}", "delay=50ms"},
		{"{\"delayMilliseconds\":1500,\"jitterMilliseconds\":0.25}",
		 "delay=1.5s,jitter=250us"},
		{"{\"lossPercent\":1,\"duplicatePercent\":0.1,\"corruptPercent\":100}",
		 "loss=1%,duplicate=0.1%,corrupt=100%"},
		{"{\"rateBitsPerSecond\":10000000,\"reorderPercent\":25}",
		 "reorder=25%,rate=10mbit"},
		{"{\"rateBitsPerSecond\":1234567}", "rate=1.234567mbit"},
		{"{\"rateBitsPerSecond\":999}", "rate=999bit"},
		{"{\"rateBitsPerSecond\":5000000000000000}", "rate=5000tbit"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_text_ struct text text = {0}, word = {0}, again = {0}, why = {0};
		_cleanup_json_ json_t *end = must(json_object()), *back = NULL;

		json_put(end, "impairment", json_loads(rows[i].impairment, 0, NULL));
		text_add(&text, "");
		text_add(&again, "");
		assert_int_equal(ends_add_impairment(&text, end), *rows[i].text != '\0');
		assert_string_equal(text.data, rows[i].text);
		if (!*rows[i].text)
			continue;
		text_format(&word, "web,%s", text.data);
		back = ends_parse(word.data, &why);
		assert_non_null(back);
		ends_add_impairment(&again, back);
		assert_string_equal(again.data, text.data);
	}
}

#define END_A "\"a\":{\"set\":\"web\",\"interface\":\"eth0\",\"addresses\":[\"10.0.0.1/24\"]}"
#define END_B "\"b\":{\"host\":true,\"up\":false,\"impairment\":{\"lossPercent\":1}}"
/* made in times to come, so that its age is none */
#define MADE "\"owner\":4242424,\"created\":4e9"
#define LINK "{\"name\":\"pair\"," END_A "," END_B "," MADE "}"
#define SELF                                                                                       \
	"{\"name\":\"self\",\"a\":{\"set\":\"x\"},\"b\":{\"set\":\"x\",\"interface\":\"b\"}," MADE \
	"}"
#define DAMAGED                                                                                  \
	"{\"name\":\"pair\",\"a\":{\"set\":\"web\",\"interface\":\"eth0\",\"state\":\"moved\"}," \
	"\"b\":{\"host\":true,\"state\":\"incomplete\"}," MADE "}"
#define REPLY "{\"link\":" LINK "}"
#define LINKS "{\"links\":[" LINK "," SELF "]}"

static void test_link_verbs_call_and_print(void **state _unused_)
{
	static const struct exchange_row rows[] = {
		{"link add web:eth0,address=10.0.0.1/24 host,down,loss=1%",
		 {"AddLink {" END_A ",\"b\":{\"host\":true,\"up\":false,\"impairment\":{"
		  "\"lossPercent\":1.0}}}"},
		 {REPLY},
		 0,
		 "pair\n"},
		{"link add --route=10.2.0.0/16,via=10.0.0.9,metric=5,onlink,src=10.0.0.1 "
		 "--route=fd00::/8,via=fe80::1 web,route=10.3.0.0/16 net/lan",
		 {"AddLink "
		  "{\"a\":{\"set\":\"web\",\"routes\":[{\"destination\":\"10.3.0.0/16\"},"
		  "{\"destination\":\"10.2.0.0/"
		  "16\",\"via\":\"10.0.0.9\",\"metric\":5,\"onlink\":true,"
		  "\"source\":\"10.0.0.1\"},{\"destination\":\"fd00::/8\",\"via\":\"fe80::1\"}]},"
		  "\"b\":{\"network\":\"lan\"}}"},
		 {REPLY},
		 0,
		 "pair\n"},
		{"link add --route=,via=10.0.0.9 a b",
		 {NULL},
		 {NULL},
		 STATUS_USAGE,
		 "!--route=,via=10.0.0.9: a destination is missing"},
		{"link add --route=10.0.0.0/8,down a b",
		 {NULL},
		 {NULL},
		 STATUS_USAGE,
		 "!\"down\" is not one of via="},
		{"link add --route=10.0.0.0/8,via=1,via=2 a b",
		 {NULL},
		 {NULL},
		 STATUS_USAGE,
		 "!via: is given twice"},
		{"link add --name=pair --quiet web net/lan",
		 {"AddLink "
		  "{\"name\":\"pair\",\"a\":{\"set\":\"web\"},\"b\":{\"network\":\"lan\"}}"},
		 {REPLY},
		 0,
		 ""},
		{"link add web host",
		 {"AddLink {\"a\":{\"set\":\"web\"},\"b\":{\"host\":true}}"},
		 {"!NotPermitted {\"what\":\"a link to the host\",\"reason\":\"no\"}"},
		 STATUS_FAILED,
		 "!link add: not permitted: a link to the host: no"},
		{"link add a b",
		 {"AddLink {\"a\":{\"set\":\"a\"},\"b\":{\"set\":\"b\"}}"},
		 {"!InvalidValue {\"field\":\"b.addresses[1]\",\"reason\":\"address in use\"}"},
		 STATUS_FAILED,
		 "!link add: end B, address: address in use\n"},
		{"link add --name=pair a b",
		 {"AddLink {\"name\":\"pair\",\"a\":{\"set\":\"a\"},\"b\":{\"set\":\"b\"}}"},
		 {"!Exists {\"what\":\"link\",\"name\":\"pair\"}"},
		 STATUS_FAILED,
		 "!hint: `nsctl link rm pair` removes it"},
		{"link add web", {NULL}, {NULL}, STATUS_USAGE, "!too few arguments"},
		{"link add web host other",
		 {NULL},
		 {NULL},
		 STATUS_USAGE,
		 "!unexpected argument other"},
		{"link add web Host",
		 {NULL},
		 {NULL},
		 STATUS_USAGE,
		 "!\"Host\" is neither the name of a set"},
		{"link add --name=Pair web host",
		 {NULL},
		 {NULL},
		 STATUS_USAGE,
		 "!a valid name: a name is 1 to 64 of"},
		{"link add --owner=1 web host", {NULL}, {NULL}, STATUS_USAGE, "!--owner"},
		{"link list",
		 {"ListLinks {}"},
		 {LINKS},
		 0,
		 "pair  web:eth0  10.0.0.1/24  host  -  B-down  0s  B:loss=1%\n"
		 "self  x         -            x:b   -  up      0s  -\n"},
		{"link list",
		 {"ListLinks {}"},
		 {"{\"links\":[" DAMAGED "]}"},
		 0,
		 "pair  web:eth0  -  host  -  A-moved B-incomplete  0s  -\n"},
		{"link list --quiet web",
		 {"ListLinks {\"set\":\"web\"}"},
		 {LINKS},
		 0,
		 "pair\nself\n"},
		{"link list --all-owners",
		 {"ListLinks {\"allOwners\":true}", "GetStatus {}"},
		 {"{\"links\":[" LINK "]}",
		  "{\"version\":\"1\",\"started\":1.0,\"kernel\":\"6\",\"limits\":{},\"used\":{},"
		  "\"counters\":{},\"features\":{\"administer\":true}}"},
		 0,
		 "pair  4242424  web:eth0  10.0.0.1/24  host  -  B-down  0s  B:loss=1%\n"},
		{"link list --owner=7 --json web",
		 {"ListLinks {\"owner\":7,\"set\":\"web\"}"},
		 {"{\"links\":[]}"},
		 0,
		 ""},
		{"link list --owner=7",
		 {"ListLinks {\"owner\":7}"},
		 {"!NotFound {\"what\":\"link\",\"name\":\"\"}"},
		 STATUS_FAILED,
		 "!nsctl: link list: only root and administrators see others' links\n"},
		{"link list a b", {NULL}, {NULL}, STATUS_USAGE, "!unexpected argument b"},
		{"link rm pair", {"RemoveLink {\"name\":\"pair\"}"}, {"{}"}, 0, ""},
		{"link rm --owner=7 one two",
		 {"RemoveLink {\"name\":\"one\",\"owner\":7}",
		  "RemoveLink {\"name\":\"two\",\"owner\":7}"},
		 {"!NotFound {\"what\":\"link\",\"name\":\"one\"}", "{}"},
		 STATUS_FAILED,
		 "!there is no link called one"},
		{"link rm --ignore one two",
		 {"RemoveLink {\"name\":\"one\"}", "RemoveLink {\"name\":\"two\"}"},
		 {"!NotFound {\"what\":\"link\",\"name\":\"one\"}", "{}"},
		 0,
		 ""},
		{"link rm", {NULL}, {NULL}, STATUS_USAGE, "!too few arguments"},
		{"link up pair",
		 {"SetLink {\"name\":\"pair\",\"a\":{\"up\":true},\"b\":{\"up\":true}}"},
		 {REPLY},
		 0,
		 ""},
		{"link down pair B",
		 {"SetLink {\"name\":\"pair\",\"b\":{\"up\":false}}"},
		 {REPLY},
		 0,
		 ""},
		{"link down pair web",
		 {"ListLinks {}", "SetLink {\"name\":\"pair\",\"a\":{\"up\":false}}"},
		 {LINKS, REPLY},
		 0,
		 ""},
		{"link down --owner=7 pair host",
		 {"ListLinks {\"owner\":7}",
		  "SetLink {\"name\":\"pair\",\"owner\":7,\"b\":{\"up\":false}}"},
		 {LINKS, REPLY},
		 0,
		 ""},
		{"link down pair web:eth0",
		 {"ListLinks {}", "SetLink {\"name\":\"pair\",\"a\":{\"up\":false}}"},
		 {LINKS, REPLY},
		 0,
		 ""},
		{"link down self x",
		 {"ListLinks {}"},
		 {LINKS},
		 STATUS_FAILED,
		 "!its ends are A (x) and B (x:b)"},
		{"link down self x:b",
		 {"ListLinks {}", "SetLink {\"name\":\"self\",\"b\":{\"up\":false}}"},
		 {LINKS, REPLY},
		 0,
		 ""},
		{"link up pair other",
		 {"ListLinks {}"},
		 {LINKS},
		 STATUS_FAILED,
		 "!its ends are A (web:eth0) and B (host)"},
		{"link up nothing web",
		 {"ListLinks {}"},
		 {LINKS},
		 STATUS_FAILED,
		 "!there is no link called nothing"},
		{"link impair pair A --delay=50ms --jitter=5ms --loss=1% --duplicate=2% "
		 "--corrupt=0.5% --reorder=25% --rate=10mbit",
		 {"SetLink {\"name\":\"pair\",\"a\":{\"impairment\":{\"delayMilliseconds\":50.0,"
		  "\"jitterMilliseconds\":5.0,\"lossPercent\":1.0,\"duplicatePercent\":2.0,"
		  "\"corruptPercent\":0.5,\"reorderPercent\":25.0,\"rateBitsPerSecond\":"
		  "10000000}}}"},
		 {REPLY},
		 0,
		 ""},
		{"link impair pair --loss=0",
		 {"SetLink {\"name\":\"pair\",\"a\":{\"impairment\":{\"lossPercent\":0.0}},\"b\":{"
		  "\"impairment\":{\"lossPercent\":0.0}}}"},
		 {REPLY},
		 0,
		 ""},
		{"link impair --delay=1ms pair B --clear",
		 {"SetLink {\"name\":\"pair\",\"b\":{\"impairment\":{\"delayMilliseconds\":1.0,"
		  "\"jitterMilliseconds\":0,\"lossPercent\":0,\"duplicatePercent\":0,"
		  "\"corruptPercent\":0,\"reorderPercent\":0,\"rateBitsPerSecond\":0,"
		  "\"limitPackets\":0}}}"},
		 {REPLY},
		 0,
		 ""},
		{"link impair pair A --loss=1%",
		 {"SetLink {\"name\":\"pair\",\"a\":{\"impairment\":{\"lossPercent\":1.0}}}"},
		 {"!NotSupported {\"feature\":\"netem\",\"reason\":\"modprobe sch_netem\"}"},
		 STATUS_FAILED,
		 "!not supported: netem: modprobe sch_netem"},
		{"link impair pair", {NULL}, {NULL}, STATUS_USAGE, "!no impairment given"},
		{"link impair --loss=1%", {NULL}, {NULL}, STATUS_USAGE, "!too few arguments"},
		{"link impair --loss=1 pair A B",
		 {NULL},
		 {NULL},
		 STATUS_USAGE,
		 "!unexpected argument B"},
		{"link impair pair --delay=50",
		 {NULL},
		 {NULL},
		 STATUS_USAGE,
		 "!\"50\" is not a time"},
		{"link impair pair --rate=x", {NULL}, {NULL}, STATUS_USAGE, "!is not a rate"},
	};

	answering_check_group(links_verbs, rows, ARRAY_SIZE(rows));
}

#define INTERFACE                                                                  \
	"{\"name\":\"eth0\",\"index\":2,\"addresses\":[\"10.0.0.1/24\",\"fd00::1/" \
	"64\"],\"up\":true,"                                                       \
	"\"link\":\"pair\"}"
#define NET "{\"type\":\"net\",\"inode\":5,\"held\":true}"
#define SET(namespaces, interfaces, spec)                                                         \
	"{\"set\":{\"name\":\"web\",\"owner\":7,\"id\":\"0123456789abcdef\",\"state\":\"ready\"," \
	"\"created\":4e9,\"namespaces\":[" namespaces "],\"spec\":{" spec                         \
	"},\"interfaces\":[" interfaces "],\"usage\":{\"processes\":1,\"sessions\":0}}}"
#define SHOWN                              \
	"web\n"                            \
	"  owner       7\n"                \
	"  id          0123456789abcdef\n" \
	"  state       ready\n"            \
	"  created     0s ago\n"
#define SHOWN_NET SHOWN "  namespaces  net     net:[5]              held\n"

static void test_show_prints_sets_with_their_links(void **state _unused_)
{
	static const struct exchange_row rows[] = {
		{"show web",
		 {"Get {\"name\":\"web\"}", "ListLinks {\"set\":\"web\"}"},
		 {SET(NET, INTERFACE, ""), "{\"links\":[" LINK "]}"},
		 0,
		 SHOWN_NET "  interfaces  eth0 up 10.0.0.1/24 fd00::1/64, link pair\n"
			   "  links       pair: web:eth0 to host (down) (loss=1%)\n"
			   "  processes   1 (sessions: 0)\n"},
		/* without a net namespace of its own, the client does not ask for links */
		{"show web",
		 {"Get {\"name\":\"web\"}"},
		 {SET("", "",
		      "\"egress\":true,\"dns\":[\"192.0.2.1\",\"2001:db8::1\"],\"publish\":[{"
		      "\"protocol\":\"tcp\",\"hostPort\":8080,\"port\":80},{\"protocol\":\"udp\","
		      "\"hostAddress\":\"::1\",\"hostPort\":53,\"port\":53}]")},
		 0,
		 SHOWN "  egress      yes\n"
		       "  dns         192.0.2.1,2001:db8::1\n"
		       "  published   8080 to 80/tcp\n"
		       "              [::1]:53 to 53/udp\n"
		       "  processes   1 (sessions: 0)\n"},
		/* its interface is gone */
		{"show web",
		 {"Get {\"name\":\"web\"}", "ListLinks {\"set\":\"web\"}"},
		 {SET(NET, "", ""), "{\"links\":[" DAMAGED "]}"},
		 0,
		 SHOWN_NET "  links       pair: web:eth0 (moved) to host (incomplete)\n"
			   "  processes   1 (sessions: 0)\n"},
		/* gone meanwhile */
		{"show --owner=7 web",
		 {"Get {\"name\":\"web\",\"owner\":7}", "ListLinks {\"set\":\"web\",\"owner\":7}"},
		 {SET(NET, INTERFACE, ""), "!NotFound {\"what\":\"set\",\"name\":\"web\"}"},
		 0,
		 SHOWN_NET "  interfaces  eth0 up 10.0.0.1/24 fd00::1/64, link pair\n"
			   "  processes   1 (sessions: 0)\n"},
	};

	answering_check_group(show_verbs, rows, ARRAY_SIZE(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_link_option_becomes_json),
		cmocka_unit_test(test_words_of_ends_become_json),
		cmocka_unit_test(test_impairments_are_printed_as_they_are_read),
		cmocka_unit_test(test_link_verbs_call_and_print),
		cmocka_unit_test(test_show_prints_sets_with_their_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
