/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * daemon/front: a call's parameters to requests, as tables: what is taken, what is refused and in
 * which words, and that what is kept of a specification reads as it was given.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/mman.h>
#include "base.h"
#include "daemon/front/method.h"
#include "protocol/idl.h"
#include "protocol/message.h"

static struct idl *idl;

static int set_up(void **state _unused_)
{
	unsigned int line;

	return idl_parse(idl_text_nsctl, &idl, &line);
}

static int tear_down(void **state _unused_)
{
	idl_free(idl);
	return 0;
}

/* Four descriptors came along; their numbers are nobody's. */
static int numbers[] = {1000, 1001, 1002, 1003};
static const struct fd_list four = {numbers, ARRAY_SIZE(numbers)};

static json_t *load(const char *text)
{
	json_error_t error;
	json_t *json = json_loads(text, 0, &error);

	if (!json)
		fail_msg("%s: %s", text, error.text);
	return json;
}

/* Decodes; parameters stay alive for as long as the request is looked at. */
static int decode(const char *name, const json_t *parameters, struct decoding *decoding,
		  union method_request *ret)
{
	const struct method *method = method_find(name);
	char path[IDL_PATH_SIZE];

	assert_non_null(method);
	if (!idl_check_input(idl, idl_method(idl, name), parameters, path))
		fail_msg("%s: %s does not fit the interface", name, path);
	*decoding = (struct decoding){.fds = &four, .memory_fd = -1};
	wire_clear(method->layout, ret);
	return method->decode(decoding, parameters, ret);
}

/* A message as the keeper would send it. */
static struct wire_writer writer;
static struct wire_message message;

static struct wire_message *answer(const struct wire_layout *layout, const void *value)
{
	if (!writer.buffer)
		assert_int_equal(wire_writer_init(&writer), 0);
	wire_begin(&writer, 1, WIRE_REPLY, 1, 1);
	if (layout)
		wire_put(&writer, layout, value);
	message = (struct wire_message){.header = &writer.buffer->header};
	return &message;
}

/* --- the table of methods --- */

static void test_methods(void **state _unused_)
{
	static const char *const missing[] = {
		"Adopt",	 "AddLink",	  "SetLink",	  "RemoveLink", "ListLinks",
		"CreateNetwork", "RemoveNetwork", "ListNetworks", "Apply",	"Monitor"};
	size_t built = 0, not_built = 0;

	for (size_t i = 0; idl_method_name(idl, i); i++) {
		const struct method *method = method_find(idl_method_name(idl, i));
		size_t at = 0;

		while (at < ARRAY_SIZE(missing) &&
		       strcmp(missing[at], idl_method_name(idl, i)) != 0)
			at++;
		if (at < ARRAY_SIZE(missing)) {
			assert_null(method);
			not_built++;
			continue;
		}
		if (!method)
			fail_msg("%s has no row", idl_method_name(idl, i));
		assert_true(method->layout && method->decode);
		/* a list goes page by page: connection.c */
		assert_true((method->op == WIRE_LIST) == !method->encode);
		built++;
	}
	assert_int_equal(not_built, ARRAY_SIZE(missing));
	assert_int_equal(built, 16);
	assert_null(method_find("get"));
	assert_null(method_find(""));
}

/* --- specifications: as they were given --- */

#define DEFAULT "\"namespaces\":[]"
static const struct {
	const char *given, *kept; /* NULL: the same */
} specs[] = {
	{"{}", "{" DEFAULT "}"},
	{"{\"namespaces\":[\"net\",\"mnt\"]}", "{\"namespaces\":[\"mnt\",\"net\"]}"},
	{"{\"namespaces\":[\"mnt\",\"pid\",\"net\",\"uts\",\"user\",\"ipc\",\"cgroup\",\"time\"]}",
	 NULL},
	{"{\"userMapping\":\"root\"}", "{" DEFAULT ",\"userMapping\":\"root\"}"},
	{"{\"userMapping\":\"current\"}", "{" DEFAULT ",\"userMapping\":\"current\"}"},
	{"{\"propagation\":\"private\"}", "{" DEFAULT ",\"propagation\":\"private\"}"},
	{"{\"propagation\":\"slave\"}", "{" DEFAULT ",\"propagation\":\"slave\"}"},
	{"{\"propagation\":\"shared\"}", "{" DEFAULT ",\"propagation\":\"shared\"}"},
	{"{\"mountProc\":true}", "{" DEFAULT ",\"mountProc\":true}"},
	{"{\"mountProc\":false}", "{" DEFAULT ",\"mountProc\":false}"},
	{"{\"hostname\":\"Box-1.example\",\"visible\":true,\"ipNetns\":true}",
	 "{" DEFAULT ",\"hostname\":\"Box-1.example\",\"visible\":true,\"ipNetns\":true}"},
	/* false and null are what nobody said */
	{"{\"visible\":false,\"ipNetns\":false,\"boot\":false,\"egress\":false,\"hostname\":null,"
	 "\"mounts\":[],\"labels\":{},\"lease\":{},\"clocks\":{},\"links\":null}",
	 "{" DEFAULT "}"},
	{"{\"mounts\":[{\"type\":\"bind\",\"target\":\"/a\",\"source\":\"/b\","
	 "\"sourceFileDescriptor\":3,\"readOnly\":true},{\"type\":\"tmpfs\",\"target\":\"/c\","
	 "\"size\":65536},{\"type\":\"proc\",\"target\":\"/d\"},{\"type\":\"sysfs\",\"target\":"
	 "\"/e\"},{\"type\":\"dev\",\"target\":\"/f\"},{\"type\":\"mqueue\",\"target\":\"/g\"},"
	 "{\"type\":\"cgroup2\",\"target\":\"/h\",\"readOnly\":false}]}",
	 "{" DEFAULT ",\"mounts\":[{\"type\":\"bind\",\"target\":\"/a\",\"source\":\"/b\","
	 "\"readOnly\":true},{\"type\":\"tmpfs\",\"target\":\"/c\",\"size\":65536},{\"type\":"
	 "\"proc\",\"target\":\"/d\"},{\"type\":\"sysfs\",\"target\":\"/e\"},{\"type\":\"dev\","
	 "\"target\":\"/f\"},{\"type\":\"mqueue\",\"target\":\"/g\"},{\"type\":\"cgroup2\","
	 "\"target\":\"/h\"}]}"},
	{"{\"rootPath\":\"/srv/root\",\"rootFileDescriptor\":0}",
	 "{" DEFAULT ",\"rootPath\":\"/srv/root\"}"},
	{"{\"clocks\":{\"monotonic\":-1.5,\"boottime\":86400}}",
	 "{" DEFAULT ",\"clocks\":{\"monotonic\":-1.5,\"boottime\":86400.0}}"},
	{"{\"clocks\":{\"monotonic\":0}}", "{" DEFAULT ",\"clocks\":{\"monotonic\":0.0}}"},
	{"{\"lease\":{\"seconds\":1.001,\"connection\":true}}",
	 "{" DEFAULT ",\"lease\":{\"seconds\":1.001,\"connection\":true}}"},
	{"{\"lease\":{\"seconds\":3153600000}}",
	 "{" DEFAULT ",\"lease\":{\"seconds\":3153600000.0}}"},
	{"{\"labels\":{\"job\":\"42\",\"a/b.c_d\":\"\",\"e\":\"\303\244\"}}",
	 "{" DEFAULT ",\"labels\":{\"job\":\"42\",\"a/b.c_d\":\"\",\"e\":\"\303\244\"}}"},
};

/* Through the wire and back, as the keeper keeps it. */
static json_t *through_keeper(const struct wire_spec *spec)
{
	static struct wire_set set;
	struct reply_fds fds = {.n = 0};
	size_t size;
	void *packed;
	json_t *reply, *kept;

	wire_clear(&wire_set_layout, &set);
	set.name = "box";
	set.id = "0123456789abcdef";
	set.state = SET_READY;
	assert_int_equal(wire_pack(&wire_spec_layout, spec, &packed, &size), 0);
	assert_int_equal(wire_unpack(&wire_spec_layout, packed, size, &set.spec), 0);
	reply = method_find("Create")->encode(answer(&wire_set_layout, &set), &fds);
	kept = json_incref(json_object_get(json_object_get(reply, "set"), "spec"));
	assert_non_null(kept);
	json_decref(reply);
	free(packed);
	return kept;
}

static void test_specs(void **state _unused_)
{
	static union method_request request;

	for (size_t i = 0; i < ARRAY_SIZE(specs); i++) {
		json_t *parameters = json_pack("{so}", "spec", load(specs[i].given)), *kept;
		json_t *wanted = load(specs[i].kept ? specs[i].kept : specs[i].given);
		struct decoding decoding;

		if (decode("Create", parameters, &decoding, &request) != 0)
			fail_msg("%s: %s %s", specs[i].given, decoding.failure.subject,
				 decoding.failure.text);
		assert_true(request.create.spec.given);
		kept = through_keeper(&request.create.spec);
		if (!json_equal(kept, wanted))
			fail_msg("%s is kept as %s", specs[i].given,
				 json_dumps(kept, JSON_SORT_KEYS));
		json_decref(kept);
		json_decref(wanted);
		json_decref(parameters);
	}
}

static void test_descriptors(void **state _unused_)
{
	static union method_request request;
	struct decoding decoding;
	json_t *parameters = load(
		"{\"spec\":{\"rootFileDescriptor\":2,\"mounts\":[{\"type\":\"bind\",\"target\":"
		"\"/a\",\"sourceFileDescriptor\":0},{\"type\":\"proc\",\"target\":\"/b\"}]}}");

	assert_int_equal(decode("Create", parameters, &decoding, &request), 0);
	assert_int_equal(request.create.spec.root_fd, 1002);
	assert_int_equal(request.create.spec.mounts[0].source_fd, 1000);
	assert_int_equal(request.create.spec.mounts[1].source_fd, -1);
	json_decref(parameters);
}

/* --- what is refused, and how --- */

#define LONG_KEY "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"
static const struct {
	const char *method, *parameters;
	enum nsctl_error error;
	const char *subject;
} refused[] = {
	{"Get", "{\"name\":\"\"}", ERROR_INVALID_VALUE, "name"},
	{"Get", "{\"name\":\"host\"}", ERROR_INVALID_VALUE, "name"},
	{"Get", "{\"name\":\"../x\"}", ERROR_INVALID_VALUE, "name"},
	{"Get", "{\"name\":\"a\\nb\"}", ERROR_INVALID_VALUE, "name"},
	{"Get", "{\"name\":\"-a\"}", ERROR_INVALID_VALUE, "name"},
	{"Get", "{\"name\":\"a\",\"owner\":-1}", ERROR_INVALID_VALUE, "owner"},
	{"Get", "{\"name\":\"a\",\"owner\":4294967295}", ERROR_INVALID_VALUE, "owner"},
	{"Get", "{\"name\":\"a\",\"owner\":4294967296}", ERROR_INVALID_VALUE, "owner"},
	{"Remove", "{\"name\":\"a\",\"grace\":-0.1}", ERROR_INVALID_VALUE, "grace"},
	{"Remove", "{\"name\":\"a\",\"grace\":1e300}", ERROR_INVALID_VALUE, "grace"},
	{"Renew", "{\"name\":\"a\",\"seconds\":0}", ERROR_INVALID_VALUE, "seconds"},
	{"Renew", "{\"name\":\"a\",\"seconds\":-5}", ERROR_INVALID_VALUE, "seconds"},
	{"Renew", "{\"name\":\"a\",\"seconds\":9223372036854775807}", ERROR_INVALID_VALUE,
	 "seconds"},
	{"Kill", "{\"name\":\"a\",\"signal\":0}", ERROR_INVALID_VALUE, "signal"},
	{"Kill", "{\"name\":\"a\",\"signal\":65}", ERROR_INVALID_VALUE, "signal"},
	{"Kill", "{\"name\":\"a\",\"signal\":-9}", ERROR_INVALID_VALUE, "signal"},
	{"Kill", "{\"name\":\"a\",\"signal\":4294967305}", ERROR_INVALID_VALUE, "signal"},
	{"Kill", "{\"name\":\"a\",\"signal\":9,\"session\":\"\"}", ERROR_INVALID_VALUE, "session"},
	{"Kill", "{\"name\":\"a\",\"signal\":9,\"session\":\"0123456789ABCDEF\"}",
	 ERROR_INVALID_VALUE, "session"},
	{"WaitSession", "{\"session\":\"0123456789abcdef0\"}", ERROR_INVALID_VALUE, "session"},
	{"OpenNamespaces", "{\"name\":\"a\",\"namespaces\":[]}", ERROR_INVALID_VALUE, "namespaces"},
	{"OpenNamespaces", "{\"name\":\"a\",\"namespaces\":[\"net\",\"net\"]}", ERROR_INVALID_VALUE,
	 "namespaces"},
	{"Identify", "{\"processFileDescriptor\":4}", ERROR_INVALID_VALUE, "processFileDescriptor"},
	{"Identify", "{\"processFileDescriptor\":-1}", ERROR_INVALID_VALUE,
	 "processFileDescriptor"},
	{"Identify", "{\"processFileDescriptor\":4294967296}", ERROR_INVALID_VALUE,
	 "processFileDescriptor"},
	{"Identify", "{\"processFileDescriptor\":9223372036854775807}", ERROR_INVALID_VALUE,
	 "processFileDescriptor"},
	{"List", "{\"labels\":{\"" LONG_KEY "\":\"\"}}", ERROR_INVALID_VALUE, "labels"},
	{"Create", "{\"name\":\"A\"}", ERROR_INVALID_VALUE, "name"},
	{"Create", "{\"spec\":{\"namespaces\":[]}}", ERROR_INVALID_VALUE, "spec.namespaces"},
	{"Create", "{\"spec\":{\"namespaces\":[\"mnt\",\"pid\",\"mnt\"]}}", ERROR_INVALID_VALUE,
	 "spec.namespaces"},
	{"Create", "{\"spec\":{\"hostname\":\"\"}}", ERROR_INVALID_VALUE, "spec.hostname"},
	{"Create",
	 "{\"spec\":{\"hostname\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	 "aaa\"}}",
	 ERROR_INVALID_VALUE, "spec.hostname"},
	{"Create", "{\"spec\":{\"rootPath\":\"\"}}", ERROR_INVALID_VALUE, "spec.rootPath"},
	{"Create", "{\"spec\":{\"rootFileDescriptor\":9}}", ERROR_INVALID_VALUE,
	 "spec.rootFileDescriptor"},
	{"Create",
	 "{\"spec\":{\"rootFileDescriptor\":1,\"mounts\":[{\"type\":\"bind\",\"target\":\"/a\","
	 "\"sourceFileDescriptor\":1}]}}",
	 ERROR_INVALID_VALUE, "spec.rootFileDescriptor"},
	{"Create",
	 "{\"spec\":{\"mounts\":[{\"type\":\"proc\",\"target\":\"/p\"},{\"type\":\"proc\","
	 "\"target\":\"\"}]}}",
	 ERROR_INVALID_VALUE, "spec.mounts[1].target"},
	{"Create", "{\"spec\":{\"mounts\":[{\"type\":\"tmpfs\",\"target\":\"/p\",\"size\":-1}]}}",
	 ERROR_INVALID_VALUE, "spec.mounts[0].size"},
	{"Create",
	 "{\"spec\":{\"mounts\":[{\"type\":\"bind\",\"target\":\"/p\",\"source\":\"\"}]}}",
	 ERROR_INVALID_VALUE, "spec.mounts[0].source"},
	{"Create", "{\"spec\":{\"clocks\":{\"boottime\":1e10}}}", ERROR_INVALID_VALUE,
	 "spec.clocks.boottime"},
	{"Create", "{\"spec\":{\"clocks\":{\"monotonic\":-1e10}}}", ERROR_INVALID_VALUE,
	 "spec.clocks.monotonic"},
	{"Create", "{\"spec\":{\"lease\":{\"seconds\":0}}}", ERROR_INVALID_VALUE,
	 "spec.lease.seconds"},
	{"Create", "{\"spec\":{\"lease\":{\"seconds\":-1.5}}}", ERROR_INVALID_VALUE,
	 "spec.lease.seconds"},
	{"Create", "{\"spec\":{\"lease\":{\"seconds\":3153600001}}}", ERROR_INVALID_VALUE,
	 "spec.lease.seconds"},
	{"Create", "{\"spec\":{\"labels\":{\"\":\"a\"}}}", ERROR_INVALID_VALUE, "spec.labels"},
	{"Create", "{\"spec\":{\"labels\":{\"-a\":\"a\"}}}", ERROR_INVALID_VALUE, "spec.labels"},
	/* what is not built is never ignored */
	{"Create", "{\"spec\":{\"links\":[]}}", ERROR_NOT_SUPPORTED, "links"},
	{"Create", "{\"spec\":{\"egress\":true}}", ERROR_NOT_SUPPORTED, "egress"},
	{"Create", "{\"spec\":{\"dns\":[\"192.0.2.1\"]}}", ERROR_NOT_SUPPORTED, "dns"},
	{"Create", "{\"spec\":{\"publish\":[{\"protocol\":\"tcp\",\"hostPort\":1,\"port\":1}]}}",
	 ERROR_NOT_SUPPORTED, "publish"},
	{"Create", "{\"spec\":{\"limits\":{\"tasks\":1}}}", ERROR_NOT_SUPPORTED, "limits"},
	{"Create", "{\"spec\":{\"boot\":true}}", ERROR_NOT_SUPPORTED, "boot"},
	{"Create", "{\"spec\":{\"userMapping\":\"auto\"}}", ERROR_NOT_SUPPORTED, "userMapping"},
	{"Create", "{\"spec\":{\"userMapping\":\"custom\"}}", ERROR_NOT_SUPPORTED, "userMapping"},
	{"Create", "{\"spec\":{\"uidMap\":[]}}", ERROR_NOT_SUPPORTED, "uidMap"},
	{"Create", "{\"spec\":{\"gidMap\":[]}}", ERROR_NOT_SUPPORTED, "gidMap"},
	{"Create", "{\"spec\":{\"lease\":{\"processFileDescriptor\":0}}}", ERROR_NOT_SUPPORTED,
	 "lease.processFileDescriptor"},
	{"Run", "{\"command\":[\"a\"],\"spec\":{\"boot\":true}}", ERROR_NOT_SUPPORTED, "boot"},
	/* commands */
	{"Exec", "{\"name\":\"a\",\"command\":[]}", ERROR_INVALID_VALUE, "command"},
	{"Exec", "{\"name\":\"a\",\"command\":[\"\",\"b\"]}", ERROR_INVALID_VALUE, "command[0]"},
	{"Exec", "{\"name\":\"a\",\"command\":[\"b\"],\"environment\":[\"A=1\",\"B\"]}",
	 ERROR_INVALID_VALUE, "environment[1]"},
	{"Exec", "{\"name\":\"a\",\"command\":[\"b\"],\"environment\":[\"=1\"]}",
	 ERROR_INVALID_VALUE, "environment[0]"},
	{"Exec", "{\"name\":\"a\",\"command\":[\"b\"],\"environment\":[\"\"]}", ERROR_INVALID_VALUE,
	 "environment[0]"},
	{"Exec", "{\"name\":\"a\",\"command\":[\"b\"],\"workingDirectory\":\"\"}",
	 ERROR_INVALID_VALUE, "workingDirectory"},
	{"Exec", "{\"name\":\"a\",\"command\":[\"b\"],\"user\":4294967295}", ERROR_INVALID_VALUE,
	 "user"},
	{"Exec", "{\"name\":\"a\",\"command\":[\"b\"],\"group\":-1}", ERROR_INVALID_VALUE, "group"},
	{"Exec", "{\"name\":\"a\",\"command\":[\"b\"],\"umask\":512}", ERROR_INVALID_VALUE,
	 "umask"},
	{"Exec",
	 "{\"name\":\"a\",\"command\":[\"b\"],\"stdinFileDescriptor\":0,"
	 "\"statusFileDescriptor\":0}",
	 ERROR_INVALID_VALUE, "statusFileDescriptor"},
	{"Run", "{\"command\":[]}", ERROR_INVALID_VALUE, "command"},
	{"Run", "{\"name\":\"-\",\"command\":[\"a\"]}", ERROR_INVALID_VALUE, "name"},
};

static void test_refused(void **state _unused_)
{
	static union method_request request;

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		json_t *parameters = load(refused[i].parameters), *error;
		char path[IDL_PATH_SIZE];
		struct decoding decoding;

		if (decode(refused[i].method, parameters, &decoding, &request) !=
			    (int)refused[i].error ||
		    strcmp(decoding.failure.subject, refused[i].subject) != 0)
			fail_msg("%s %s: %d, %s", refused[i].method, refused[i].parameters,
				 decoding.failure.error, decoding.failure.subject);
		assert_string_not_equal(decoding.failure.text, "");
		assert_int_equal(decoding.memory_fd, -1);
		error = encode_failure(&decoding.failure);
		assert_true(idl_check_error(idl, strrchr(error_id(refused[i].error), '.') + 1,
					    error, path));
		json_decref(error);
		json_decref(parameters);
	}
}

/* One more than the tables of a request hold. */
static void test_too_many(void **state _unused_)
{
	static union method_request request;
	json_t *mounts = json_array(), *labels = json_object(), *parameters;
	struct decoding decoding;
	char key[16];

	for (int i = 0; i < SPEC_MOUNTS_MAX; i++)
		json_array_append_new(mounts, json_pack("{ss ss}", "type", "proc", "target", "/p"));
	for (int i = 0; i < SPEC_LABELS_MAX; i++) {
		(void)snprintf(key, sizeof(key), "k%d", i);
		json_object_set_new(labels, key, json_string("v"));
	}
	parameters = json_pack("{s{sOsO}}", "spec", "mounts", mounts, "labels", labels);
	assert_int_equal(decode("Create", parameters, &decoding, &request), 0);
	assert_int_equal(request.create.spec.n_mounts, SPEC_MOUNTS_MAX);
	assert_int_equal(request.create.spec.n_labels, SPEC_LABELS_MAX);
	json_object_set_new(labels, "one-more", json_string("v"));
	assert_int_equal(decode("Create", parameters, &decoding, &request), ERROR_INVALID_VALUE);
	assert_string_equal(decoding.failure.subject, "spec.labels");
	json_array_append_new(mounts, json_pack("{ss ss}", "type", "proc", "target", "/p"));
	assert_int_equal(decode("Create", parameters, &decoding, &request), ERROR_INVALID_VALUE);
	assert_string_equal(decoding.failure.subject, "spec.mounts");
	json_decref(parameters);
	json_decref(labels);
	json_decref(mounts);
}

/* --- requests --- */

static void test_asks(void **state _unused_)
{
	static union method_request request;
	const struct wire_ask *ask = &request.ask;
	struct decoding decoding;
	json_t *parameters;

	parameters = load("{\"name\":\"box\",\"owner\":0,\"grace\":2.5}");
	assert_int_equal(decode("Remove", parameters, &decoding, &request), 0);
	assert_string_equal(ask->name, "box");
	assert_true(ask->has_owner && ask->owner == 0 && ask->span == 2500000);
	assert_int_equal(ask->process_fd, -1);
	json_decref(parameters);
	parameters = load("{\"name\":\"box\",\"owner\":4294967294,\"seconds\":60}");
	assert_int_equal(decode("Renew", parameters, &decoding, &request), 0);
	assert_true(ask->has_owner && ask->owner == 4294967294 && ask->span == 60000000);
	json_decref(parameters);
	parameters = load("{\"name\":\"box\",\"owner\":null,\"signal\":64,\"session\":"
			  "\"0123456789abcdef\"}");
	assert_int_equal(decode("Kill", parameters, &decoding, &request), 0);
	assert_true(!ask->has_owner && ask->signal == 64);
	assert_string_equal(ask->session, "0123456789abcdef");
	json_decref(parameters);
	parameters = load("{\"name\":\"box\",\"namespaces\":[\"time\",\"net\"]}");
	assert_int_equal(decode("OpenNamespaces", parameters, &decoding, &request), 0);
	assert_int_equal(ask->kinds, KIND_BIT(KIND_NET) | KIND_BIT(KIND_TIME));
	json_decref(parameters);
	parameters = load("{\"processFileDescriptor\":3}");
	assert_int_equal(decode("Identify", parameters, &decoding, &request), 0);
	assert_int_equal(ask->process_fd, 1003);
	json_decref(parameters);
	parameters = load("{\"allOwners\":true,\"summary\":true,\"labels\":{\"a\":\"\"}}");
	assert_int_equal(decode("List", parameters, &decoding, &request), 0);
	assert_true(request.list.all_owners && request.list.summary && request.list.n_labels == 1);
	assert_null(request.list.labels[0].value);
	assert_null(request.list.after_name);
	json_decref(parameters);
}

static void test_exec(void **state _unused_)
{
	static union method_request request;
	const struct wire_command *command = &request.exec.command;
	struct decoding decoding;
	json_t *parameters = load(
		"{\"name\":\"box\",\"command\":[\"a\"],\"user\":0,\"group\":5,\"umask\":0,"
		"\"workingDirectory\":\"/w\",\"workingDirectoryFileDescriptor\":3,"
		"\"stdinFileDescriptor\":0,\"stderrFileDescriptor\":2,\"statusFileDescriptor\":1,"
		"\"namespaces\":[\"mnt\"],\"detach\":true,\"newPrivileges\":true}");

	assert_int_equal(decode("Exec", parameters, &decoding, &request), 0);
	assert_string_equal(request.exec.name, "box");
	assert_true(command->has_user && command->user == 0);
	assert_true(command->has_group && command->group == 5);
	assert_true(command->has_umask && command->umask == 0);
	assert_string_equal(command->working_directory, "/w");
	assert_int_equal(command->working_directory_fd, 1003);
	assert_int_equal(command->stdin_fd, 1000);
	assert_int_equal(command->stdout_fd, -1);
	assert_int_equal(command->stderr_fd, 1002);
	assert_int_equal(command->status_fd, 1001);
	assert_int_equal(command->terminal_fd, -1);
	assert_int_equal(command->kinds, KIND_BIT(KIND_MNT));
	assert_true(command->detach && command->new_privileges);
	assert_true(decoding.memory_fd >= 0 && command->arguments_fd == decoding.memory_fd);
	close(decoding.memory_fd);
	json_decref(parameters);
	parameters = load("{\"command\":[\"a\"],\"init\":false}");
	assert_int_equal(decode("Run", parameters, &decoding, &request), 0);
	assert_true(request.run.no_init && request.run.spec.given && !request.run.name);
	assert_true(!request.run.command.has_umask && !request.run.command.detach);
	close(decoding.memory_fd);
	json_decref(parameters);
}

/* Words and environment as layout.h says, and nobody can change them any more. */
static void test_command_file(void **state _unused_)
{
	static const char expected[] = "\3\0\0\0\2\0\0\0a\0\0c d\0A=\0B==1\nC=2";
	static union method_request request;
	struct decoding decoding;
	char got[64];
	json_t *parameters = load("{\"name\":\"box\",\"command\":[\"a\",\"\",\"c d\"],"
				  "\"environment\":[\"A=\",\"B==1\\nC=2\"]}");

	assert_int_equal(decode("Exec", parameters, &decoding, &request), 0);
	assert_int_equal(pread(decoding.memory_fd, got, sizeof(got), 0), sizeof(expected));
	assert_memory_equal(got, expected, sizeof(expected));
	assert_int_equal(pwrite(decoding.memory_fd, "x", 1, 0), -1);
	assert_int_equal(ftruncate(decoding.memory_fd, 1), -1);
	assert_int_equal(ftruncate(decoding.memory_fd, 4096), -1);
	close(decoding.memory_fd);
	json_decref(parameters);
}

/* For lists: 16 words of 256 bytes, cut where a character ends. */
static void test_command_beginning(void **state _unused_)
{
	static union method_request request;
	const struct wire_command *command = &request.exec.command;
	json_t *words = json_array(), *parameters;
	struct decoding decoding;
	char word[300];

	memset(word, 'x', sizeof(word));
	memcpy(word + 254, "\342\202\254", 3); /* three bytes, from 254 to 256 */
	json_array_append_new(words, json_stringn(word, sizeof(word)));
	memset(word, 'y', sizeof(word));
	memcpy(word + 253, "\342\202\254", 3); /* it ends at 256 */
	json_array_append_new(words, json_stringn(word, sizeof(word)));
	json_array_append_new(words, json_string(""));
	while (json_array_size(words) < COMMAND_WORDS_MAX + 5)
		json_array_append_new(words, json_string("z"));
	parameters = json_pack("{ssso}", "name", "box", "command", words);
	assert_int_equal(decode("Exec", parameters, &decoding, &request), 0);
	assert_int_equal(command->n_words, COMMAND_WORDS_MAX);
	assert_int_equal(strlen(command->words[0].text), 254);
	assert_int_equal(strlen(command->words[1].text), 256);
	assert_null(command->words[2].text);
	assert_string_equal(command->words[COMMAND_WORDS_MAX - 1].text, "z");
	close(decoding.memory_fd);
	json_decref(parameters);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_specs),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_asks),
		cmocka_unit_test(test_exec),
		cmocka_unit_test(test_command_file),
		cmocka_unit_test(test_command_beginning),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
