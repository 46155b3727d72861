/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * resolver-servers.c, resolver-plan.c and resolver-text.c: which of the host's name servers a set
 * may ask, which sets get the same files, and the contents of these files.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base.h"
#include "daemon/keeper/network/resolver-plan.h"
#include "daemon/keeper/network/resolver-servers.h"
#include "daemon/kernel/resolver-text.h"
#include "tests/unit/sets.h"

static void join(const struct resolvconf *conf, char *ret, size_t size)
{
	*ret = '\0';
	for (size_t i = 0; i < conf->n; i++)
		snprintf(ret + strlen(ret), size - strlen(ret), "%s%s", i ? " " : "",
			 conf->servers[i]);
}

static void test_servers_are_found_in_resolv_conf(void **state _unused_)
{
	static const struct {
		const char *text, *servers;
		bool loopback;
	} rows[] = {
		{"", "", false},
		{"nameserver 192.0.2.1\n", "192.0.2.1", false},
		{"nameserver 192.0.2.1", "192.0.2.1", false},
		{"nameserver\t192.0.2.1 # one\nnameserver 2001:DB8:0::1\r\n",
		 "192.0.2.1 2001:db8::1", false},
		{"nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch .\n", "", true},
		{"nameserver 127.0.0.1\nnameserver 192.0.2.1\n", "192.0.2.1", true},
		{"nameserver ::1\nnameserver 0.0.0.0\nnameserver ::\n", "", true},
		/* which interface it is on, only the host knows */
		{"nameserver fe80::1%eth0\nnameserver fe80::1\n", "", false},
		{"nameserver 192.0.2.1\nnameserver 192.0.2.1\n", "192.0.2.1", false},
		{"nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n"
		 "nameserver 192.0.2.4\nnameserver 192.0.2.5\n",
		 "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4", false},
		{"#nameserver 192.0.2.1\n;nameserver 192.0.2.2\n nameserver 192.0.2.3\n", "",
		 false},
		{"nameserver\nnameserver \nnameserver192.0.2.1\nnameserver 192.0.2.1/24\n"
		 "nameserver 1.2.3\nnameserver x\nnameserver $(reboot)\n",
		 "", false},
		{"nameserver 1111111111111111111111111111111111111111111111111111111111111111111\n",
		 "", false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct resolvconf conf = {};
		char servers[256];

		resolvconf_parse(rows[i].text, &conf);
		join(&conf, servers, sizeof(servers));
		if (strcmp(servers, rows[i].servers) != 0 || conf.loopback != rows[i].loopback)
			fail_msg("row %zu: %s, loopback %d", i, servers, conf.loopback);
	}
}

/* The first server that sets cannot use: the host's resolver, which nsctld can ask. */
static void test_first_stub_resolver_is_named(void **state _unused_)
{
	struct resolvconf conf = {};

	resolvconf_parse("nameserver 192.0.2.1\nnameserver ::1\nnameserver 127.0.0.1\n", &conf);
	assert_string_equal(conf.stub, "::1");
	conf = (struct resolvconf){};
	resolvconf_parse("nameserver 192.0.2.1\n", &conf);
	assert_string_equal(conf.stub, "");
}

/* --- text --- */

static struct resolver_text text;

static const struct task_resolver no_words;

static void assert_text(const char *expected)
{
	assert_int_equal(text.size, strlen(RESOLVER_HEAD) + strlen(expected));
	assert_memory_equal(text.bytes, RESOLVER_HEAD, strlen(RESOLVER_HEAD));
	assert_memory_equal(text.bytes + strlen(RESOLVER_HEAD), expected, strlen(expected));
}

static void test_resolv_conf_is_written(void **state _unused_)
{
	const struct task_resolver two = {.servers = {{"192.0.2.1"}, {"2001:db8::1"}},
					  .n_servers = 2};
	const struct task_resolver more = {.servers = {{"192.0.2.1"}},
					   .n_servers = 1,
					   .search = {{"a.example"}, {"b.example"}},
					   .n_search = 2,
					   .options = {{"ndots:2"}, {"rotate"}},
					   .n_options = 2};

	resolver_text_servers(&two, &text);
	assert_text("nameserver 192.0.2.1\nnameserver 2001:db8::1\n");
	resolver_text_servers(&more, &text);
	assert_text("nameserver 192.0.2.1\nsearch a.example b.example\noptions ndots:2\noptions "
		    "rotate\n");
	/* without a server, libc asks 127.0.0.1, and the file says why there is none */
	resolver_text_servers(&(struct task_resolver){.loopback = true}, &text);
	text.bytes[text.size] = '\0';
	assert_non_null(strstr(text.bytes, "loopback"));
	assert_null(strstr(text.bytes, "\nnameserver"));
	resolver_text_servers(&(struct task_resolver){}, &text);
	text.bytes[text.size] = '\0';
	assert_null(strstr(text.bytes, "\nnameserver"));
}

static void test_nsswitch_conf_gets_one_line_for_hosts(void **state _unused_)
{
	static const char *const rows[][2] = {
		{"", "hosts: files dns\n"},
		{"hosts: files resolve [!UNAVAIL=return] dns\n", "hosts: files dns\n"},
		{"passwd: files sss\nhosts:files mdns4\ngroup: files",
		 "passwd: files sss\ngroup: files\nhosts: files dns\n"},
		{"\t hosts : db\n#hosts: x\nhosts_too: y\n",
		 "#hosts: x\nhosts_too: y\nhosts: files dns\n"},
		/* its own once more stays as it is */
		{RESOLVER_HEAD "passwd: files\nhosts: files dns\n",
		 "passwd: files\nhosts: files dns\n"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		resolver_text_nsswitch(rows[i][0], &text);
		assert_text(rows[i][1]);
	}
}

/* There is room for the longest names and addresses. */
static void test_longest_names_and_addresses_have_room(void **state _unused_)
{
	static struct task_host hosts[TASK_HOSTS_MAX];
	static char name[NAME_SIZE], address[ADDRESS_SIZE], networks[TASK_NETWORKS_SIZE];
	size_t lines = 0;

	memset(name, 'n', sizeof(name) - 1);
	memset(address, 'a', sizeof(address) - 1);
	memset(networks, '1', sizeof(networks) - 1);
	for (size_t i = 0; i < TASK_HOSTS_MAX; i++)
		hosts[i] = (struct task_host){address, name};
	resolver_text_hosts(&no_words, networks, NULL, hosts, TASK_HOSTS_MAX, &text);
	for (size_t i = 0; i < text.size; i++)
		lines += text.bytes[i] == '\n';
	assert_int_equal(lines, TASK_HOSTS_MAX + 4);
}

/* A set's own host name has a member's address if the members know it, and else a loopback
 * address. */
static void test_own_name_leads_to_an_address(void **state _unused_)
{
	static const struct task_host hosts[] = {{"10.0.0.2", "a"}, {"f::3", "b"}};
	static const struct {
		const char *name, *lines;
	} rows[] = {
		{"a", "::ffff:10.0.0.2 a\n"},
		{"b", "127.0.1.1 b\n"},
		{"c.example", "127.0.1.1 c.example c\n::ffff:127.0.1.1 c.example c\n"},
		{"localhost", ""},
	};
	char expected[512];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		resolver_text_hosts(&no_words, " n", rows[i].name, hosts, ARRAY_SIZE(hosts), &text);
		snprintf(expected, sizeof(expected),
			 "# Networks: n\n127.0.0.1 localhost\n"
			 "::1 localhost ip6-localhost ip6-loopback\n%s10.0.0.2 a\nf::3 b\n",
			 rows[i].lines);
		assert_text(expected);
	}
	assert_true(resolver_text_is_name("a-1.b_c"));
	assert_false(resolver_text_is_name(""));
	assert_false(resolver_text_is_name("a\n10.0.0.2"));
}

/* Hosts of the specification come first, and can be the set's own name. */
static void test_extra_hosts_come_first(void **state _unused_)
{
	static const struct task_resolver extra = {
		.extra = {{"db.example", "10.0.0.5"}, {"a", "fd00::7"}}, .n_extra = 2};
	static const struct task_host hosts[] = {{"10.0.0.2", "a"}};

	resolver_text_hosts(&extra, " n", "a", hosts, ARRAY_SIZE(hosts), &text);
	assert_text("# Networks: n\n10.0.0.5 db.example\nfd00::7 a\n127.0.0.1 localhost\n"
		    "::1 localhost ip6-localhost ip6-loopback\n10.0.0.2 a\n");
	assert_true(resolver_text_own_hosts(&extra,
					    "127.0.1.1 a\n::1 a localhost\n127.0.0.1 "
					    "localhost\n",
					    "a", &text));
	assert_text("10.0.0.5 db.example\nfd00::7 a\n127.0.1.1 a\n::1 a localhost\n127.0.0.1 "
		    "localhost\n");
}

/* The lines added to the hosts file of a root. NULL: none. */
static void test_missing_lines_are_added_to_a_hosts_file(void **state _unused_)
{
#define LOCAL "127.0.0.1 localhost\n::1 localhost\n"
	static const struct {
		const char *old, *added;
	} rows[] = {
		{LOCAL, "127.0.1.1 a\n::ffff:127.0.1.1 a\n"},
		{LOCAL "1.2.3.4\tb a # c\n1.2.3.5 a\n", "::ffff:1.2.3.4 a\n"},
		{LOCAL " ::1\tb A\n", "127.0.1.1 a\n"},
		{LOCAL "127.0.1.1 a\n::1 a", NULL},
		{LOCAL "127.0.1.1 aa # a\n#::1 a\n::1 b#a\n", "127.0.1.1 a\n::ffff:127.0.1.1 a\n"},
		{"", "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"
		     "127.0.1.1 a\n::ffff:127.0.1.1 a\n"},
		{"127.0.1.1 a\n::1 a localhost", "\n127.0.0.1 localhost\n"},
		{RESOLVER_HEAD LOCAL "::1 a\n", "127.0.1.1 a\n"},
	};
	char expected[512];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *old = rows[i].old;

		assert_int_equal(resolver_text_own_hosts(&no_words, old, "a", &text),
				 rows[i].added != NULL);
		if (!rows[i].added)
			continue;
		if (strncmp(old, RESOLVER_HEAD, strlen(RESOLVER_HEAD)) == 0)
			old += strlen(RESOLVER_HEAD);
		snprintf(expected, sizeof(expected), "%s%s", old, rows[i].added);
		assert_text(expected);
	}
}

/* Applies an edit to old, line by line, as in resolver-entry.c. */
static void apply_edit(const char *old, const struct resolver_edit *edit, char *ret)
{
	size_t size = strlen(old);

	memcpy(ret, old, size);
	memcpy(ret + size, text.bytes + edit->kept, text.size - edit->kept);
	ret[size + text.size - edit->kept] = '\0';
	for (size_t i = 0; i < edit->n_strikes; i++) {
		ret[edit->strikes[i].at] = '#';
		memset(ret + edit->strikes[i].at + 1, ' ', edit->strikes[i].size - 2);
	}
}

#define HEAD          \
	RESOLVER_HEAD \
	"# Networks: n\n127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"

static void test_hosts_file_is_edited_in_place(void **state _unused_)
{
	static const struct task_host hosts[] = {{"10.0.0.2", "a"}, {"10.0.0.3", "b"}};
	static const struct {
		const char *old, *edited; /* NULL: it cannot be */
	} rows[] = {
		{HEAD "10.0.0.2 a\n10.0.0.3 b\n", HEAD "10.0.0.2 a\n10.0.0.3 b\n"},
		/* one comes */
		{HEAD "10.0.0.2 a\n", HEAD "10.0.0.2 a\n10.0.0.3 b\n"},
		{HEAD, HEAD "10.0.0.2 a\n10.0.0.3 b\n"},
		/* one line is removed, whatever its length */
		{HEAD "10.0.0.2 a\nf::1 x\n10.0.0.3 b\n", HEAD "10.0.0.2 a\n#     \n10.0.0.3 b\n"},
		{HEAD "1\n10.0.0.2 a\n10.0.0.3 b\n2.2.2.2 z\n",
		 HEAD "#\n10.0.0.2 a\n10.0.0.3 b\n#        \n"},
		/* a line that was struck out before stays a comment */
		{HEAD "# \n10.0.0.2 a\n#\n#  \n10.0.0.3 b\n",
		 HEAD "# \n10.0.0.2 a\n#\n#  \n10.0.0.3 b\n"},
		/* one line has another address, or another place */
		{HEAD "10.0.0.2 a\n10.0.0.4 b\n", HEAD "10.0.0.2 a\n#         \n10.0.0.3 b\n"},
		{HEAD "10.0.0.3 b\n10.0.0.2 a\n", HEAD "#         \n10.0.0.2 a\n10.0.0.3 b\n"},
		/* a line that is not whole, or nothing; another head; other networks */
		{HEAD "10.0.0.2 a\n10.0.0.3 ", NULL},
		{HEAD "\n10.0.0.2 a\n", NULL},
		{RESOLVER_HEAD, NULL},
		{RESOLVER_HEAD "# Networks: n m\n127.0.0.1 localhost\n::1 localhost ip6-localhost "
			       "ip6-loopback\n10.0.0.2 a\n10.0.0.3 b\n",
		 NULL},
	};

	resolver_text_hosts(&no_words, " n", NULL, hosts, ARRAY_SIZE(hosts), &text);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		static char edited[sizeof(text.bytes) + 1];
		struct resolver_edit edit;
		bool done = resolver_text_edit(rows[i].old, strlen(rows[i].old), &text, &edit);

		assert_int_equal(done, rows[i].edited != NULL);
		if (!done)
			continue;
		apply_edit(rows[i].old, &edit, edited);
		assert_string_equal(edited, rows[i].edited);
	}
}

/* A file is not edited if too much has changed, or if it is not the daemon's own. */
static void test_large_changes_and_foreign_files_are_not_edited(void **state _unused_)
{
	static char old[RESOLVER_TEXT_MAX];
	struct resolver_edit edit;
	size_t size = strlen(HEAD);

	resolver_text_hosts(&no_words, " n", NULL, NULL, 0, &text);
	memcpy(old, HEAD, size);
	for (size_t i = 0; i < RESOLVER_STRIKES_MAX; i++)
		size += snprintf(old + size, sizeof(old) - size, "10.0.0.%zu x\n", i);
	assert_true(resolver_text_edit(old, size, &text, &edit));
	assert_int_equal(edit.n_strikes, RESOLVER_STRIKES_MAX);
	size += snprintf(old + size, sizeof(old) - size, "10.0.1.1 x\n");
	assert_false(resolver_text_edit(old, size, &text, &edit));
	size = strlen(HEAD) + snprintf(old + strlen(HEAD), sizeof(old) - strlen(HEAD), "%*s\n",
				       RESOLVER_LINE_MAX, "x");
	assert_false(resolver_text_edit(old, size, &text, &edit));
	/* an earlier task has left its text, of which nothing counts */
	size = text.size;
	memcpy(old, text.bytes, size);
	text.size = 0;
	assert_false(resolver_text_edit(old, size, &text, &edit));
	resolver_text_servers(&(struct task_resolver){}, &text);
	assert_false(resolver_text_edit(text.bytes, text.size, &text, &edit));
}

/* --- sets and networks --- */

#define MNT_NET (KIND_BIT(KIND_MNT) | KIND_BIT(KIND_NET))

static void add_link(struct set *set, struct set *network, enum link_state link_state,
		     const char *v4, const char *v6)
{
	const struct wire_link wire = {
		.name = "l",
		.a = {.where = END_SET, .addresses = {{v4}, {v6}}, .n_addresses = v6 ? 2 : 1},
		.b = {.where = END_NETWORK},
	};
	struct link *link = calloc(1, sizeof(*link));

	assert_non_null(link);
	link->owner = ALICE;
	snprintf(link->name, sizeof(link->name), "l%u", ++last_id);
	snprintf(link->id, sizeof(link->id), "%016x", last_id);
	link->state = link_state;
	link->ends[0] = set;
	link->ends[1] = network;
	assert_int_equal(wire_pack(&wire_link_layout, &wire, &link->wire, &link->wire_size), 0);
	assert_int_equal(registry_add_link(registry, link), 0);
}

static struct set *lan, *out, *one, *two, *alone;

static int setup(void **state _unused_)
{
	const struct wire_network lan_wire = {
		.name = "lan", .dns = {{"10.8.0.1"}, {"10.8.0.9"}}, .n_dns = 2};
	const struct wire_network out_wire = {.name = "out", .egress = true};

	assert_int_equal(registry_new(&registry), 0);
	lan = add_set("+lan", KIND_BIT(KIND_NET), &lan_wire);
	out = add_set("+out", KIND_BIT(KIND_NET), &out_wire);
	one = add_set("one", MNT_NET, NULL);
	two = add_set("two", MNT_NET, NULL);
	alone = add_set("alone", MNT_NET, NULL);
	return 0;
}

static int teardown(void **state _unused_)
{
	registry = registry_free(registry);
	return 0;
}

static void test_plan_depends_on_the_specification(void **state _unused_)
{
	struct wire_spec spec = {};
	struct resolver_plan naming;

	resolver_plan_of(alone, &spec, &naming);
	assert_true(naming.resolver.given);
	assert_true(naming.resolver.hosts);
	assert_false(naming.resolver.own);
	spec.egress = true;
	resolver_plan_of(alone, &spec, &naming);
	assert_true(naming.resolver.own && naming.of_host && !naming.resolver.wanted);
	spec.dns[0].text = "192.0.2.1";
	spec.n_dns = 1;
	resolver_plan_of(alone, &spec, &naming);
	assert_true(naming.resolver.own && !naming.of_host && naming.resolver.wanted);
	assert_string_equal(naming.resolver.servers[0].text, "192.0.2.1");
	/* the host's network, with a name of its own */
	alone->kinds = KIND_BIT(KIND_MNT) | KIND_BIT(KIND_UTS);
	resolver_plan_of(alone, &spec, &naming);
	assert_true(naming.resolver.hosts);
	assert_false(naming.resolver.given);
	/* nothing to mount in, or all of it the host's */
	alone->kinds = KIND_BIT(KIND_NET);
	resolver_plan_of(alone, &spec, &naming);
	assert_false(naming.resolver.given);
	assert_false(naming.resolver.hosts);
	alone->kinds = KIND_BIT(KIND_MNT);
	resolver_plan_of(alone, &spec, &naming);
	assert_false(naming.resolver.given);
	assert_false(naming.resolver.hosts);
	resolver_plan_of(lan, &spec, &naming);
	assert_false(naming.resolver.given);
}

static void test_members_of_a_network_know_each_other(void **state _unused_)
{
	static struct resolver_plan_hosts hosts;
	const struct wire_spec none = {}, own = {.dns = {{"192.0.2.1"}}, .n_dns = 1};
	struct resolver_plan a, b;

	add_link(one, lan, LINK_READY, "10.8.0.2/24", "fd08::2/64");
	add_link(two, lan, LINK_READY, "10.8.0.3/24", NULL);
	add_link(alone, lan, LINK_REMOVING, "10.8.0.4/24", NULL);
	assert_true(set_is_member(one));
	assert_false(set_is_member(alone));
	resolver_plan_of(one, &none, &a);
	resolver_plan_of(two, &none, &b);
	assert_true(resolver_plan_equals(&a, &b));
	assert_int_equal(a.resolver.n_servers, 2);
	assert_string_equal(a.resolver.servers[1].text, "10.8.0.9");
	assert_false(a.of_host);
	/* the specification's servers come before the network's */
	resolver_plan_of(two, &own, &b);
	assert_false(resolver_plan_equals(&a, &b));
	assert_string_equal(b.resolver.servers[0].text, "192.0.2.1");
	assert_int_equal(b.resolver.n_servers, 1);
	/* only members whose links are made, without prefix lengths */
	assert_int_equal(resolver_plan_hosts(&a, &hosts), 3);
	assert_string_equal(hosts.hosts[0].name, "one");
	assert_string_equal(hosts.hosts[0].address, "10.8.0.2");
	assert_string_equal(hosts.hosts[1].address, "fd08::2");
	assert_string_equal(hosts.hosts[2].name, "two");
	assert_string_equal(hosts.hosts[2].address, "10.8.0.3");
}

static void test_set_in_two_networks_knows_both(void **state _unused_)
{
	static struct resolver_plan_hosts hosts;
	const struct wire_spec none = {};
	struct resolver_plan a, b;

	add_link(one, out, LINK_READY, "10.9.0.2/24", NULL);
	resolver_plan_of(one, &none, &a);
	assert_true(a.of_host);
	add_link(one, lan, LINK_CREATING, "10.8.0.2/24", NULL);
	add_link(one, lan, LINK_READY, "10.8.0.9/24", NULL);
	add_link(two, lan, LINK_READY, "10.8.0.3/24", NULL);
	resolver_plan_of(one, &none, &a);
	resolver_plan_of(two, &none, &b);
	assert_int_equal(a.n_networks, 2);
	assert_ptr_equal(a.networks[0], out);
	assert_false(resolver_plan_equals(&a, &b));
	/* name servers of the one come before the host's of the other */
	assert_false(a.of_host);
	assert_int_equal(resolver_plan_hosts(&a, &hosts), 3);
	assert_int_equal(resolver_plan_hosts(&b, &hosts), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_servers_are_found_in_resolv_conf),
		cmocka_unit_test(test_first_stub_resolver_is_named),
		cmocka_unit_test(test_resolv_conf_is_written),
		cmocka_unit_test(test_nsswitch_conf_gets_one_line_for_hosts),
		cmocka_unit_test(test_longest_names_and_addresses_have_room),
		cmocka_unit_test(test_own_name_leads_to_an_address),
		cmocka_unit_test(test_missing_lines_are_added_to_a_hosts_file),
		cmocka_unit_test(test_extra_hosts_come_first),
		cmocka_unit_test(test_hosts_file_is_edited_in_place),
		cmocka_unit_test(test_large_changes_and_foreign_files_are_not_edited),
		cmocka_unit_test_setup_teardown(test_plan_depends_on_the_specification, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_members_of_a_network_know_each_other, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_set_in_two_networks_knows_both, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
