/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Topologies: the examples fit the interface; an error is reported with its place in the file;
 * paths are relative to the file. Then the calls of up and down.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "client/topology.h"
#include "client/verbs.h"
#include "tests/unit/answering.h"
#include "tests/unit/source.h"

static char directory[] = "/tmp/nsctl-topology.XXXXXX";

static void write_file(const char *name, const char *text)
{
	_cleanup_text_ struct text path = {0};
	_cleanup_file_ FILE *file = NULL;

	text_format(&path, "%s/%s", directory, name);
	file = fopen(path.data, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
}

/* Reads a file with this text; returns the topology, or stderr's text if it is refused. */
static json_t *read_text(const char *text, struct text *said)
{
	_cleanup_text_ struct text path = {0};
	_cleanup_json_ json_t *services = NULL;
	json_t *topology = NULL;
	struct client client;
	int memory_fd, kept_fd, r;

	write_file("file.json", text);
	text_format(&path, "%s/file.json", directory);
	client_init(&client);
	memory_fd = answering_divert(STDERR_FILENO, &kept_fd);
	r = topology_read(&client, path.data, path.data, &topology, &services);
	answering_restore(STDERR_FILENO, kept_fd, memory_fd, said);
	client_done(&client);
	assert_int_equal(r, topology ? 0 : STATUS_FAILED);
	return topology;
}

static void test_mistake_in_a_file_is_reported_with_its_place(void **state _unused_)
{
	static const struct {
		const char *file, *said; /* a part of the error; NULL: the file is accepted */
	} rows[] = {
		{"{}", NULL},
		{"{\"sets\":[],\"lease\":{\"seconds\":60}}", NULL},
		{"{\"sets\":[{\"name\":\"a\",\"spec\":{}}]}", NULL},
		{"{\"sets\":[{\"name\":\"a\",\"spec\":{\"lnks\":[]}}]}",
		 "sets[0].spec.lnks of set a: there is no such key\nhint: write \"links\""},
		{"{\"sets\":[{\"name\":\"a\",\"spec\":{}},{\"name\":\"b\",\"spec\":{\"lnks\":[]}}]"
		 "}",
		 "sets[1].spec.lnks of set b: there is no such key"},
		{"{\"sets\":[{\"name\":\"a\",\"spec\":{},\"image\":\"x\"}]}",
		 "sets[0].image of set a: there is no such key\nhint: the keys there are name, "
		 "spec, "
		 "command, ready\n"},
		{"{\"sts\":[]}", "sts: there is no such key\nhint: write \"sets\""},
		{"{\"links\":[{\"a\":{\"set\":\"a\"}}]}", "links[0].b: it is missing"},
		{"{\"sets\":[{\"name\":\"a\"}]}", "sets[0].spec of set a: it is missing"},
		{"{\"sets\":[{\"name\":7,\"spec\":{}}]}", "sets[0].name (7): must be a text\n"},
		{"{\"sets\":[{\"name\":null,\"spec\":{}}]}",
		 "sets[0].name (null): must be a text\n"},
		{"{\"sets\":{}}", "sets ({}): must be a list\n"},
		{"{\"sets\":[5]}", "sets[0] (5): must be an object"},
		{"{\"sets\":[{\"name\":\"a\",\"spec\":{\"namespaces\":[\"net\",\"nett\"]}}]}",
		 "sets[0].spec.namespaces[1] of set a (\"nett\"): must be one of mnt, pid, "},
		{"{\"links\":[{\"a\":{\"set\":\"a\"},\"b\":{\"host\":\"yes\"}}]}",
		 "links[0].b.host (\"yes\"): must be true or false\n"},
		{"{\"links\":[{\"a\":{\"set\":\"a\",\"impairment\":{\"loss\":1}},\"b\":{}}]}",
		 "links[0].a.impairment.loss: there is no such key"},
		{"{\"a.b\":1}", "a.b: it is unknown"},
		{"{\"a[0]\":1}", "a[0]: it is unknown"},
		{"[]", "the file does not contain a JSON object"},
		{"", "line 1, column 0: '[' or '{' expected"},
		{"{\n  \"sets\": [,]\n}", "line 2, column 12: "},
		{"{\"sets\":[],\"sets\":[]}", "duplicate object key"},
		{"{\"lease\":{\"connection\":true}}", "lease.connection: it would end"},
		{"{\"lease\":{\"connection\":false}}", NULL},
		{"{\"sets\":[{\"name\":\"a\",\"spec\":{\"lease\":{\"connection\":true}}}]}",
		 "sets[0].spec.lease.connection of set a: it would end"},
		{"{\"lease\":{\"processFileDescriptor\":0}}", "processFileDescriptor: "},
		{"{\"sets\":[{\"name\":\"a\",\"spec\":{},\"command\":[\"x\"],\"ready\":{"
		 "\"port\":1,\"seconds\":0.5}}]}",
		 NULL},
		{"{\"sets\":[{\"name\":\"a\",\"spec\":{},\"command\":\"x\"}]}",
		 "sets[0].command of set a (\"x\"): must be a list of words, such as "},
		{"{\"sets\":[{\"name\":\"a\",\"spec\":{},\"command\":[\"x\", 5]}]}",
		 "sets[0].command of set a ([\"x\", 5]): must be a list of words, such as "},
		{"{\"sets\":[{\"name\":\"a\",\"spec\":{},\"ready\":{\"port\":1}}]}",
		 "sets[0].ready of set a: it is for a set with a command"},
		{"{\"sets\":[{\"name\":\"a\",\"spec\":{},\"command\":[\"x\"],\"ready\":{}}]}",
		 "sets[0].ready of set a: it needs a port or a command\nhint: a service is "},
		{"{\"sets\":[{\"name\":\"a\",\"spec\":{},\"command\":[\"x\"],\"ready\":{"
		 "\"port\":65536}}]}",
		 "sets[0].ready.port of set a (65536): must be a number from 1 to 65535\n"},
		{"{\"sets\":[{\"name\":\"a\",\"spec\":{},\"command\":[\"x\"],\"ready\":{"
		 "\"command\":[]}}]}",
		 "sets[0].ready.command of set a ([]): must be a list of words"},
		{"{\"sets\":[{\"name\":\"a\",\"spec\":{},\"command\":[\"x\"],\"ready\":{"
		 "\"prt\":1}}]}",
		 "sets[0].ready.prt of set a: there is no such key\nhint: write \"port\"\n"},
		{"{\"sets\":[{\"name\":\"a\",\"spec\":{},\"command\":[\"x\"],\"ready\":{"
		 "\"port\":1,\"timeout\":5}}]}",
		 "sets[0].ready.timeout of set a: there is no such key\nhint: the keys there are "
		 "port, command, seconds\n"},
		{"{\"sets\":[{\"name\":\"a\",\"spec\":{},\"command\":[\"x\"],\"ready\":80}]}",
		 "sets[0].ready of set a (80): must be an object\n"},
		{"{\"sets\":[{\"name\":\"a\",\"spec\":{},\"command\":[\"x\"],\"ready\":{"
		 "\"port\":1,\"command\":[\"x\"]}}]}",
		 "sets[0].ready of set a: it has both a port and a command: leave one out\n"},
		{"{\"sets\":[{\"name\":\"a\",\"spec\":{},\"command\":[\"x\"],\"ready\":{"
		 "\"port\":1,\"seconds\":\"5\"}}]}",
		 "sets[0].ready.seconds of set a (\"5\"): must be a number above 0, and at most "
		 "86400 (a day)\n"},
		/* a mistyped key is told before what lacks it */
		{"{\"sets\":[{\"name\":\"a\",\"spec\":{},\"comand\":[\"x\"],\"ready\":{"
		 "\"port\":1}}]}",
		 "sets[0].comand of set a: there is no such key\nhint: write \"command\"\n"},
		{"{\"sets\":[{\"name\":\"a\"}]}",
		 "sets[0].spec of set a: it is missing\nhint: \"spec\": {} makes a set"},
		{"{\"sets\":[{\"spec\":{}}]}", "sets[0].name: it is missing\nhint: a topology has"},
		{"{\"sets\":[{\"name\":\"a\",\"spec\":{\"rootFileDescriptor\":0}}]}",
		 "rootFileDescriptor: "},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_text_ struct text said = {0};
		_cleanup_json_ json_t *topology = read_text(rows[i].file, &said);

		if (!topology != !!rows[i].said ||
		    (rows[i].said && !strstr(said.data, rows[i].said)))
			fail_msg("%s: %s", rows[i].file, topology ? "taken" : said.data);
	}
}

/* A file that is too large for a message is not read to its end. */
static void test_too_large_file_is_not_read_to_its_end(void **state _unused_)
{
	_cleanup_text_ struct text text = {0}, said = {0};

	text_add(&text, "{\"sets\":[");
	while (text.used <= FRAME_SIZE_MAX + 10)
		text_add(&text, "                                                                ");
	text_add(&text, "]}");
	assert_null(read_text(text.data, &said));
	assert_non_null(strstr(said.data, "File too large"));
}

static void test_examples_fit_the_interface(void **state _unused_)
{
	static const struct {
		const char *name;
		size_t networks, sets, links;
	} rows[] = {
		{"router", 0, 3, 2},
		{"web-bad-link", 0, 2, 1},
		{"five-nodes", 1, 5, 0},
		{"services", 1, 2, 0},
	};
	struct client client;

	client_init(&client);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_json_ json_t *topology = NULL, *services = NULL;
		_cleanup_text_ struct text path = {0};

		text_format(&path, "docs/examples/%s.json", rows[i].name);
		assert_int_equal(topology_read(&client, source_path(path.data), path.data,
					       &topology, &services),
				 0);
		assert_int_equal(json_array_size(json_object_get(topology, "networks")),
				 rows[i].networks);
		assert_int_equal(json_array_size(json_object_get(topology, "sets")), rows[i].sets);
		assert_int_equal(json_array_size(json_object_get(topology, "links")),
				 rows[i].links);
	}
	client_done(&client);
}

#define PLACES                                                                                     \
	"{\"sets\":[{\"name\":\"a\",\"spec\":{\"rootPath\":\".\",\"mounts\":[{\"type\":\"tmpfs\"," \
	"\"target\":\"/tmp\"},{\"type\":\"bind\",\"source\":\"inside\",\"target\":\"/in\"}]}},{"   \
	"\"name\":\"b\",\"spec\":{\"mounts\":[{\"type\":\"bind\",\"source\":\"/\",\"target\":"     \
	"\"/host\"}]}}]}"

static void check_same(int fd, const char *path)
{
	struct stat opened, there;

	assert_int_equal(fstat(fd, &opened), 0);
	assert_int_equal(stat(path, &there), 0);
	assert_true(opened.st_dev == there.st_dev && opened.st_ino == there.st_ino);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(fd, F_GETFL) & O_PATH, O_PATH);
}

static void test_paths_are_relative_to_the_file(void **state _unused_)
{
	_cleanup_call_fds_ struct call_fds fds = {.n = 0};
	_cleanup_text_ struct text said = {0}, path = {0}, inside = {0}, wanted = {0};
	_cleanup_json_ json_t *topology = read_text(PLACES, &said), *json = NULL;
	struct client client;

	assert_non_null(topology);
	text_format(&path, "%s/file.json", directory);
	text_format(&inside, "%s/inside", directory);
	client_init(&client);
	assert_int_equal(topology_open(&client, path.data, path.data, topology, &fds),
			 STATUS_FAILED);
	json_decref(topology);
	call_fds_done(&fds);
	assert_int_equal(mkdir(inside.data, 0700), 0);
	topology = read_text(PLACES, &said);
	assert_int_equal(topology_open(&client, path.data, path.data, topology, &fds), 0);
	client_done(&client);
	text_format(
		&wanted,
		"{\"sets\":[{\"name\":\"a\",\"spec\":{\"rootPath\":\"%s\",\"rootFileDescriptor\":"
		"0,\"mounts\":[{\"type\":\"tmpfs\",\"target\":\"/tmp\"},{\"type\":\"bind\","
		"\"source\":\"%s\",\"sourceFileDescriptor\":1,\"target\":\"/in\"}]}},{\"name\":"
		"\"b\",\"spec\":{\"mounts\":[{\"type\":\"bind\",\"source\":\"/\","
		"\"sourceFileDescriptor\":2,\"target\":\"/host\"}]}}]}",
		directory, inside.data);
	json = json_loads(wanted.data, 0, NULL);
	assert_true(json_equal(topology, json));
	assert_int_equal(fds.n, 3);
	check_same(fds.fds[0], directory);
	check_same(fds.fds[1], inside.data);
	check_same(fds.fds[2], "/");
	assert_int_equal(rmdir(inside.data), 0);
}

#define SMALL                                                                                    \
	"{\"networks\":[{\"name\":\"lan\"}],\"sets\":[{\"name\":\"a\",\"spec\":{}}],\"links\":[" \
	"{\"name\":\"l\",\"a\":{\"set\":\"a\"},\"b\":{\"network\":\"lan\"}},{\"a\":{\"set\":"    \
	"\"a\"},"                                                                                \
	"\"b\":{\"network\":\"lan\"}}]"
#define SET                                                                                        \
	"{\"name\":\"a\",\"owner\":7,\"id\":\"0123456789abcdef\",\"state\":\"ready\",\"created\":" \
	"1,"                                                                                       \
	"\"namespaces\":[],\"spec\":{},\"interfaces\":[],\"usage\":{\"processes\":1,\"sessions\":" \
	"0}}"
#define MADE                                                                                \
	"{\"networks\":[{\"name\":\"lan\",\"owner\":7,\"members\":[\"a\"],\"created\":1}]," \
	"\"sets\":[" SET                                                                    \
	"],\"links\":[{\"name\":\"l\",\"owner\":7,\"a\":{},\"b\":{},\"created\":1}]}"

#define OF_PROJECT                                                                         \
	"{\"networks\":[{\"name\":\"job.lan\"}],\"sets\":[{\"name\":\"job.a\",\"spec\":{"  \
	"\"hostname\":\"a\"}}],\"links\":[{\"name\":\"job.l\",\"a\":{\"set\":\"job.a\","   \
	"\"aliases\":[\"a\"]},\"b\":{\"network\":\"job.lan\"}},{\"a\":{\"set\":\"job.a\"," \
	"\"aliases\":[\"a\"]},\"b\":{\"network\":\"job.lan\"}}]}"
#define LONG "a23456789012345678901234567890123456789012345678901234567890123"
#define SUMMARY(name)                                                               \
	"{\"name\":\"" name "\",\"owner\":7,\"state\":\"ready\",\"namespaces\":[]," \
	"\"addresses\":[],\"processes\":0,\"created\":1}"
#define NETWORK(name) "{\"name\":\"" name "\",\"owner\":7,\"members\":[],\"created\":1}"

static void test_up_and_down_call_and_print(void **state _unused_)
{
	static const struct exchange_row rows[] = {
		{"up small.json", {"Apply " SMALL "}"}, {MADE}, 0, "network lan\nset a\nlink l\n"},
		{"up --quiet --lease=2h ./small.json",
		 {"Apply " SMALL ",\"lease\":{\"seconds\":7200.0}}"},
		 {MADE},
		 0,
		 ""},
		{"up small.json",
		 {"Apply " SMALL "}"},
		 {"!InvalidValue {\"field\":\"links[0].b\",\"reason\":\"no\"}"},
		 STATUS_FAILED,
		 "!nsctl: up small.json: links[0].b of link l: no\n"},
		{"up small.json",
		 {"Apply " SMALL "}"},
		 {"!InvalidValue {\"field\":\"links[0].a.set\",\"reason\":\"no\"}"},
		 STATUS_FAILED,
		 "!nsctl: up small.json: links[0].a.set of link l (\"a\"): no\n"},
		{"up small.json",
		 {"Apply " SMALL "}"},
		 {"!Exists {\"what\":\"set\",\"name\":\"a\"}"},
		 STATUS_FAILED,
		 "!hint: `nsctl down FILE`"},
		{"up bad.json",
		 {NULL},
		 {NULL},
		 STATUS_FAILED,
		 "!up bad.json: links ({}): must be a list\n"},
		{"up paths.json",
		 {NULL},
		 {NULL},
		 STATUS_FAILED,
		 "!nsctl: up paths.json: a: source inside: No such file"},
		{"up missing.json", {NULL}, {NULL}, STATUS_FAILED, "!No such file"},
		{"up --lease=x small.json", {NULL}, {NULL}, STATUS_USAGE, "!a duration"},
		{"up --owner=7 small.json", {NULL}, {NULL}, STATUS_USAGE, "!--owner: "},
		{"up", {NULL}, {NULL}, STATUS_USAGE, "!too few arguments"},
		{"down small.json",
		 {"RemoveLink {\"name\":\"l\"}", "Remove {\"name\":\"a\"}",
		  "RemoveNetwork {\"name\":\"lan\"}"},
		 {"{}", "!NotFound {\"what\":\"set\",\"name\":\"a\"}", "{}"},
		 0,
		 ""},
		{"down --owner=7 small.json",
		 {"RemoveLink {\"name\":\"l\",\"owner\":7}", "Remove {\"name\":\"a\",\"owner\":7}",
		  "RemoveNetwork {\"name\":\"lan\",\"owner\":7}"},
		 {"{}", "{}", "!Busy {\"name\":\"lan\",\"state\":\"in use\"}"},
		 STATUS_FAILED,
		 "!down lan: lan is in use"},
		{"down small.json",
		 {"RemoveLink {\"name\":\"l\"}", "Remove {\"name\":\"a\"}",
		  "RemoveNetwork {\"name\":\"lan\"}"},
		 {"!NotFound {\"what\":\"link\",\"name\":\"l\"}",
		  "!NotFound {\"what\":\"set\",\"name\":\"a\"}",
		  "!NotFound {\"what\":\"network\",\"name\":\"lan\"}"},
		 0,
		 "!down small.json: nothing of it is there, so"},
		{"down bad.json", {NULL}, {NULL}, STATUS_FAILED, "!down bad.json: links ({}): "},
		{"down", {NULL}, {NULL}, STATUS_USAGE, "!no FILE and no --project given"},
		{"up --quiet -p job small.json", {"Apply " OF_PROJECT}, {MADE}, 0, ""},
		{"up -p a.b small.json", {NULL}, {NULL}, STATUS_USAGE, "!a name without dots"},
		{"up -p A small.json", {NULL}, {NULL}, STATUS_USAGE, "!the name of a project"},
		{"up -p " LONG " small.json",
		 {NULL},
		 {NULL},
		 STATUS_FAILED,
		 "!up small.json: \"" LONG ".lan\" is "},
		{"down -p job small.json",
		 {"RemoveLink {\"name\":\"job.l\"}", "Remove {\"name\":\"job.a\"}",
		  "RemoveNetwork {\"name\":\"job.lan\"}"},
		 {"{}", "{}", "{}"},
		 0,
		 ""},
		{"down -p typo",
		 {"List {\"summary\":true}", "ListNetworks {}"},
		 {"{\"sets\":[],\"summaries\":[" SUMMARY("job.a") "]}", "{\"networks\":[]}"},
		 0,
		 "!down: nothing is there in project typo, so"},
		{"down --quiet -p typo",
		 {"List {\"summary\":true}", "ListNetworks {}"},
		 {"{\"sets\":[],\"summaries\":[]}", "{\"networks\":[]}"},
		 0,
		 ""},
		{"down -p job",
		 {"List {\"summary\":true}", "Remove {\"name\":\"job.a\"}", "ListNetworks {}",
		  "RemoveNetwork {\"name\":\"job.lan\"}"},
		 {"{\"sets\":[],\"summaries\":[" SUMMARY("jobs.a") "," SUMMARY("job.a") "]}", "{}",
		  "{\"networks\":[" NETWORK("lan") "," NETWORK("job.lan") "]}", "{}"},
		 0,
		 ""},
	};

	write_file("small.json", SMALL "}");
	write_file("bad.json", "{\"links\":{}}");
	write_file("paths.json", PLACES);
	assert_int_equal(chdir(directory), 0);
	answering_check_group(topology_verbs, rows, ARRAY_SIZE(rows));
	assert_int_equal(chdir("/"), 0);
}

static int set_up(void **state _unused_)
{
	return mkdtemp(directory) ? 0 : -1;
}

static int tear_down(void **state _unused_)
{
	static const char *const names[] = {"file.json", "small.json", "bad.json", "paths.json"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_text_ struct text path = {0};

		text_format(&path, "%s/%s", directory, names[i]);
		unlink(path.data);
	}
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistake_in_a_file_is_reported_with_its_place),
		cmocka_unit_test(test_too_large_file_is_not_read_to_its_end),
		cmocka_unit_test(test_examples_fit_the_interface),
		cmocka_unit_test(test_paths_are_relative_to_the_file),
		cmocka_unit_test(test_up_and_down_call_and_print),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
