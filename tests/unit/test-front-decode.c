/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The front's conversions: a call's JSON becomes a struct, crosses in the encoding of daemon/wire,
 * and becomes JSON again. Each impossible value is refused with the path of its field. Values that
 * the interface itself refuses are not here: every call in these tables fits it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base.h"
#include "tests/unit/decoding.h"

/* --- through the keeper and back --- */

#define AE_29 "äääääääääääääääääääääääääääää"

/* Specifications as they are said, and as they read once they have been to the keeper and back. */
static const struct {
	const char *said, *told;
	size_t n_fds;
} specs[] = {
	{"{}", "{\"namespaces\":[]}", 0},
	{"{\"spec\":null,\"name\":null,\"existing\":null}", "{\"namespaces\":[]}", 0},
	{"{\"spec\":{}}", "{\"namespaces\":[]}", 0},
	{"{\"spec\":{\"namespaces\":[\"time\",\"mnt\",\"user\"]}}",
	 "{\"namespaces\":[\"mnt\",\"user\",\"time\"]}", 0},
	{"{\"spec\":{\"userMapping\":\"root\"}}", "{\"namespaces\":[],\"userMapping\":\"root\"}",
	 0},
	{"{\"spec\":{\"userMapping\":\"current\"}}",
	 "{\"namespaces\":[],\"userMapping\":\"current\"}", 0},
	{"{\"spec\":{\"hostname\":\"A.b\",\"propagation\":\"private\"}}",
	 "{\"namespaces\":[],\"hostname\":\"A.b\",\"propagation\":\"private\"}", 0},
	{"{\"spec\":{\"propagation\":\"slave\"}}", "{\"namespaces\":[],\"propagation\":\"slave\"}",
	 0},
	{"{\"spec\":{\"propagation\":\"shared\",\"mountProc\":true}}",
	 "{\"namespaces\":[],\"propagation\":\"shared\",\"mountProc\":true}", 0},
	{"{\"spec\":{\"mountProc\":false,\"visible\":true,\"ipNetns\":true}}",
	 "{\"namespaces\":[],\"mountProc\":false,\"visible\":true,\"ipNetns\":true}", 0},
	{"{\"spec\":{\"visible\":false,\"ipNetns\":false}}", "{\"namespaces\":[]}", 0},
	{"{\"spec\":{\"mounts\":[{\"type\":\"bind\",\"target\":\"/a\",\"source\":\"/b\","
	 "\"sourceFileDescriptor\":1,\"readOnly\":true},{\"type\":\"tmpfs\",\"target\":\"/t\","
	 "\"size\":4096},{\"type\":\"proc\",\"target\":\"/p\"},{\"type\":\"sysfs\",\"target\":"
	 "\"/s\"},{\"type\":\"dev\",\"target\":\"/d\"},{\"type\":\"mqueue\",\"target\":\"/m\"},"
	 "{\"type\":\"cgroup2\",\"target\":\"/c\"}],\"rootPath\":\"/r\",\"rootFileDescriptor\":0}}",
	 "{\"namespaces\":[],\"mounts\":[{\"type\":\"bind\",\"target\":\"/a\",\"source\":\"/b\","
	 "\"readOnly\":true},{\"type\":\"tmpfs\",\"target\":\"/t\",\"size\":4096},{\"type\":"
	 "\"proc\",\"target\":\"/p\"},{\"type\":\"sysfs\",\"target\":\"/s\"},{\"type\":\"dev\","
	 "\"target\":\"/d\"},{\"type\":\"mqueue\",\"target\":\"/m\"},{\"type\":\"cgroup2\","
	 "\"target\":\"/c\"}],\"rootPath\":\"/r\"}",
	 2},
	{"{\"spec\":{\"clocks\":{\"monotonic\":-1.5}}}",
	 "{\"namespaces\":[],\"clocks\":{\"monotonic\":-1.5}}", 0},
	{"{\"spec\":{\"clocks\":{\"monotonic\":0,\"boottime\":1e9}}}",
	 "{\"namespaces\":[],\"clocks\":{\"monotonic\":0.0,\"boottime\":1e9}}", 0},
	/* as exact as a microsecond */
	{"{\"spec\":{\"lease\":{\"seconds\":1.001}}}",
	 "{\"namespaces\":[],\"lease\":{\"seconds\":1.001}}", 0},
	{"{\"spec\":{\"lease\":{\"seconds\":7200,\"connection\":true}}}",
	 "{\"namespaces\":[],\"lease\":{\"seconds\":7200.0,\"connection\":true}}", 0},
	{"{\"spec\":{\"lease\":{\"connection\":false}}}", "{\"namespaces\":[]}", 0},
	{"{\"spec\":{\"lease\":{\"idleSeconds\":60,\"processFileDescriptor\":0,"
	 "\"pipeFileDescriptor\":1}}}",
	 "{\"namespaces\":[],\"lease\":{\"idleSeconds\":60.0}}", 2},
	{"{\"spec\":{\"labels\":{\"a\":\"\",\"b/c\":\"\xc3\xa4 \\\"\"}}}",
	 "{\"namespaces\":[],\"labels\":{\"a\":\"\",\"b/c\":\"\xc3\xa4 \\\"\"}}", 0},
	{"{\"spec\":{\"limits\":{\"memory\":4194304,\"tasks\":8,\"cpus\":0.29}}}",
	 "{\"namespaces\":[],\"limits\":{\"memory\":4194304,\"tasks\":8,\"cpus\":0.29}}", 0},
	{"{\"spec\":{\"boot\":true}}", "{\"namespaces\":[],\"boot\":true}", 0},
	{"{\"spec\":{\"limits\":{\"cpus\":2}}}", "{\"namespaces\":[],\"limits\":{\"cpus\":2.0}}",
	 0},
	/* a feature that is not built yet may be switched off */
	{"{\"spec\":{\"egress\":false,\"boot\":false,\"links\":null,\"lease\":null}}",
	 "{\"namespaces\":[]}", 0},
};

static void test_specifications_come_back_as_they_were(void **state _unused_)
{
	static struct wire_create crossed;
	static struct wire_set set;

	for (size_t i = 0; i < ARRAY_SIZE(specs); i++) {
		json_t *parameters = parse(specs[i].said), *got, *wanted = parse(specs[i].told);
		static union method_request request;
		struct wire_handles handles = {};
		struct answer there, back;
		int r = decode("Create", parameters, specs[i].n_fds, &request);

		if (r != 0)
			fail_msg("%s: %s: %s", specs[i].said, decoding.failure.subject,
				 decoding.failure.text);
		answer_begin(&there);
		there.writer.handles = &handles;
		wire_put(&there.writer, &wire_create_layout, &request.CREATE);
		assert_int_equal(wire_decode(answer_message(&there), &wire_create_layout, &crossed),
				 0);
		/* the descriptors do not go to the keeper */
		assert_int_equal(there.message.n_fds, 0);
		assert_int_equal(handles.n, specs[i].n_fds);
		wire_clear(&wire_set_layout, &set);
		set.spec = crossed.spec;
		answer_begin(&back);
		back.writer.without_fds = true;
		wire_put(&back.writer, &wire_set_layout, &set);
		got = encode_reply(method_find("Get")->reply, answer_message(&back), &back.fds);
		if (!json_equal(json_object_get(json_object_get(got, "set"), "spec"), wanted))
			fail_msg("%s: %s", specs[i].said, json_dumps(got, JSON_COMPACT));
		json_decref(got);
		json_decref(wanted);
		json_decref(parameters);
		answer_done(&there);
		answer_done(&back);
	}
}

/* --- refused values, and their fields --- */

#define SPEC(text) "{\"spec\":{" text "}}"
#define EXEC(text) "{\"name\":\"box\",\"command\":[\"true\"]," text "}"
#define TMPFS "{\"type\":\"tmpfs\",\"target\":\"/t\"},"
#define TMPFS_8 TMPFS TMPFS TMPFS TMPFS TMPFS TMPFS TMPFS TMPFS
#define TMPFS_32 TMPFS_8 TMPFS_8 TMPFS_8 TMPFS_8

#define RANGE(inside, outside, count) \
	"{\"inside\":" #inside ",\"outside\":" #outside ",\"count\":" #count "}"
#define RANGE_8                                                                                \
	RANGE(0, 0, 1)                                                                         \
	"," RANGE(0, 0, 1) "," RANGE(0, 0, 1) "," RANGE(0, 0, 1) "," RANGE(0, 0, 1) "," RANGE( \
		0, 0, 1) "," RANGE(0, 0, 1) "," RANGE(0, 0, 1)
#define RANGE_33 RANGE_8 "," RANGE_8 "," RANGE_8 "," RANGE_8 "," RANGE(0, 0, 1)

static const struct {
	const char *method, *parameters;
	const char *field;
	size_t n_fds;
} refused[] = {
	{"Get", "{\"name\":\"\"}", "name", 0},
	{"Get", "{\"name\":\"host\"}", "name", 0},
	{"Get", "{\"name\":\"a/b\"}", "name", 0},
	{"Get", "{\"name\":\"" LONG_64 "a\"}", "name", 0},
	{"Get", "{\"name\":\"a\",\"owner\":-1}", "owner", 0},
	{"Get", "{\"name\":\"a\",\"owner\":4294967295}", "owner", 0},
	{"Remove", "{\"name\":\"a\",\"grace\":-1}", "grace", 0},
	{"Remove", "{\"name\":\"a\",\"grace\":86401}", "grace", 0},
	{"Renew", "{\"name\":\"a\",\"seconds\":0}", "seconds", 0},
	{"Renew", "{\"name\":\"a\",\"seconds\":9223372036854775807}", "seconds", 0},
	{"Kill", "{\"name\":\"a\",\"signal\":0}", "signal", 0},
	{"Kill", "{\"name\":\"a\",\"signal\":65}", "signal", 0},
	{"Kill", "{\"name\":\"a\",\"signal\":-9}", "signal", 0},
	{"Kill", "{\"name\":\"a\",\"signal\":9,\"session\":\"x\"}", "session", 0},
	{"WaitSession", "{\"session\":\"\"}", "session", 0},
	{"WaitSession", "{\"session\":\"0123456789ABCDEF\"}", "session", 0},
	{"OpenNamespaces", "{\"name\":\"a\",\"namespaces\":[]}", "namespaces", 0},
	{"OpenNamespaces", "{\"name\":\"a\",\"namespaces\":[\"net\",\"net\"]}", "namespaces", 0},
	{"Identify", "{\"processFileDescriptor\":0}", "processFileDescriptor", 0},
	{"Identify", "{\"processFileDescriptor\":-1}", "processFileDescriptor", 1},
	{"Identify", "{\"processFileDescriptor\":4294967296}", "processFileDescriptor", 1},
	{"List", "{\"labels\":{\"a b\":\"\"}}", "labels.a b", 0},
	{"List", "{\"labels\":{\"\":\"\"}}", "labels", 0},
	{"List", "{\"labels\":{\"a\":\"" LONG_256 "a\"}}", "labels.a", 0},
	/* a path is cut between characters */
	{"List", "{\"labels\":{\"a" AE_29 AE_29 AE_29 "\":\"\"}}", "labels.a" AE_29 AE_29 "ä", 0},
	/* specifications */
	{"Create", "{\"name\":\"-a\"}", "name", 0},
	{"Create", SPEC("\"namespaces\":[]"), "spec.namespaces", 0},
	{"Create", SPEC("\"namespaces\":[\"pid\",\"mnt\",\"pid\"]"), "spec.namespaces", 0},
	{"Create", SPEC("\"uidMap\":[]"), "spec.uidMap", 0},
	{"Create", SPEC("\"gidMap\":[" RANGE_33 "]"), "spec.gidMap", 0},
	{"Create", SPEC("\"uidMap\":[" RANGE(-1, 0, 1) "]"), "spec.uidMap[0].inside", 0},
	{"Create", SPEC("\"uidMap\":[" RANGE(4294967295, 0, 1) "]"), "spec.uidMap[0].inside", 0},
	{"Create", SPEC("\"uidMap\":[" RANGE(0, -1, 1) "]"), "spec.uidMap[0].outside", 0},
	{"Create", SPEC("\"uidMap\":[" RANGE(0, 4294967295, 1) "]"), "spec.uidMap[0].outside", 0},
	{"Create", SPEC("\"gidMap\":[" RANGE(0, 0, 1) "," RANGE(0, 0, 0) "]"),
	 "spec.gidMap[1].count", 0},
	{"Create", SPEC("\"gidMap\":[" RANGE(0, 0, -1) "]"), "spec.gidMap[0].count", 0},
	{"Create", SPEC("\"gidMap\":[" RANGE(0, 0, 4294967296) "]"), "spec.gidMap[0].count", 0},
	{"Create", SPEC("\"hostname\":\"\""), "spec.hostname", 0},
	{"Create", SPEC("\"hostname\":\"a b\""), "spec.hostname", 0},
	{"Create", SPEC("\"hostname\":\"" LONG_64 "a\""), "spec.hostname", 0},
	{"Create", SPEC("\"mounts\":[" TMPFS "{\"type\":\"tmpfs\",\"target\":\"\"}]"),
	 "spec.mounts[1].target", 0},
	{"Create", SPEC("\"mounts\":[{\"type\":\"tmpfs\",\"target\":\"" LONG_4096 "\"}]"),
	 "spec.mounts[0].target", 0},
	{"Create", SPEC("\"mounts\":[{\"type\":\"bind\",\"target\":\"/a\",\"source\":\"\"}]"),
	 "spec.mounts[0].source", 0},
	{"Create",
	 SPEC("\"mounts\":[{\"type\":\"bind\",\"target\":\"/a\",\"sourceFileDescriptor\":1}]"),
	 "spec.mounts[0].sourceFileDescriptor", 1},
	{"Create", SPEC("\"mounts\":[{\"type\":\"tmpfs\",\"target\":\"/a\",\"size\":4095}]"),
	 "spec.mounts[0].size", 0},
	{"Create", SPEC("\"mounts\":[{\"type\":\"tmpfs\",\"target\":\"/a\",\"size\":-1}]"),
	 "spec.mounts[0].size", 0},
	{"Create", SPEC("\"mounts\":[" TMPFS_32 "{\"type\":\"tmpfs\",\"target\":\"/a\"}]"),
	 "spec.mounts", 0},
	{"Create", SPEC("\"rootPath\":\"\""), "spec.rootPath", 0},
	{"Create", SPEC("\"rootFileDescriptor\":0"), "spec.rootFileDescriptor", 0},
	/* two fields name one descriptor */
	{"Create",
	 SPEC("\"mounts\":[{\"type\":\"bind\",\"target\":\"/a\",\"sourceFileDescriptor\":0}],"
	      "\"rootFileDescriptor\":0"),
	 "spec.rootFileDescriptor", 1},
	{"Create", SPEC("\"clocks\":{\"monotonic\":4.1e9}"), "spec.clocks.monotonic", 0},
	{"Create", SPEC("\"clocks\":{\"monotonic\":1,\"boottime\":-4.1e9}"), "spec.clocks.boottime",
	 0},
	{"Create", SPEC("\"lease\":{\"seconds\":0}"), "spec.lease.seconds", 0},
	{"Create", SPEC("\"lease\":{\"process\":1}"), "spec.lease.process", 0},
	{"Create", SPEC("\"lease\":{\"processFileDescriptor\":0}"),
	 "spec.lease.processFileDescriptor", 0},
	{"Create", SPEC("\"lease\":{\"pipe\":true}"), "spec.lease.pipe", 0},
	{"Create", SPEC("\"lease\":{\"pipeFileDescriptor\":1}"), "spec.lease.pipeFileDescriptor",
	 1},
	/* a pipe is no process */
	{"Create", SPEC("\"lease\":{\"processFileDescriptor\":0,\"pipeFileDescriptor\":0}"),
	 "spec.lease.pipeFileDescriptor", 1},
	{"Create", SPEC("\"lease\":{\"idleSeconds\":0}"), "spec.lease.idleSeconds", 0},
	{"Create", SPEC("\"lease\":{\"idleSeconds\":3.2e9}"), "spec.lease.idleSeconds", 0},
	{"Renew", "{\"name\":\"a\",\"lease\":{\"idleSeconds\":-1}}", "lease.idleSeconds", 0},
	{"RenewNetwork", "{\"name\":\"a\",\"lease\":{\"pipeFileDescriptor\":0}}",
	 "lease.pipeFileDescriptor", 0},
	{"CreateNetwork", "{\"name\":\"a\",\"lease\":{\"seconds\":0}}", "lease.seconds", 0},
	{"Create", SPEC("\"limits\":{\"memory\":4194303}"), "spec.limits.memory", 0},
	{"Create", SPEC("\"limits\":{\"tasks\":7}"), "spec.limits.tasks", 0},
	{"Create", SPEC("\"limits\":{\"tasks\":4194305}"), "spec.limits.tasks", 0},
	{"Create", SPEC("\"limits\":{\"cpus\":0.009}"), "spec.limits.cpus", 0},
	{"Create", SPEC("\"limits\":{\"cpus\":10001}"), "spec.limits.cpus", 0},
	{"Create", SPEC("\"lease\":{\"seconds\":-1}"), "spec.lease.seconds", 0},
	{"Create", SPEC("\"lease\":{\"seconds\":1e300}"), "spec.lease.seconds", 0},
	{"Create", SPEC("\"labels\":{\"-\":\"a\"}"), "spec.labels.-", 0},
	{"Run", "{\"command\":[\"true\"],\"spec\":{\"hostname\":\"\"}}", "spec.hostname", 0},
	/* commands */
	{"Run", "{\"command\":[]}", "command", 0},
	{"Run", "{\"command\":[\"\"]}", "command[0]", 0},
	{"Exec", "{\"name\":\"b\",\"command\":[]}", "command", 0},
	{"Exec", EXEC("\"owner\":-2"), "owner", 0},
	{"Exec", EXEC("\"environment\":[\"A=1\",\"B\"]"), "environment[1]", 0},
	{"Exec", EXEC("\"environment\":[\"=1\"]"), "environment[0]", 0},
	{"Exec", EXEC("\"environment\":[\"\"]"), "environment[0]", 0},
	{"Exec", EXEC("\"workingDirectory\":\"\""), "workingDirectory", 0},
	{"Exec", EXEC("\"workingDirectory\":\"" LONG_4096 "\""), "workingDirectory", 0},
	{"Exec", EXEC("\"user\":-1"), "user", 0},
	{"Exec", EXEC("\"group\":4294967295"), "group", 0},
	{"Exec", EXEC("\"umask\":512"), "umask", 0},
	{"Exec", EXEC("\"namespaces\":[]"), "namespaces", 0},
	{"Exec", EXEC("\"stdinFileDescriptor\":1"), "stdinFileDescriptor", 1},
	{"Exec", EXEC("\"stdinFileDescriptor\":0,\"stdoutFileDescriptor\":0"),
	 "stdoutFileDescriptor", 1},
	{"Exec", EXEC("\"stderrFileDescriptor\":-1"), "stderrFileDescriptor", 1},
	{"Exec", EXEC("\"terminalFileDescriptor\":2"), "terminalFileDescriptor", 1},
	{"Exec", EXEC("\"statusFileDescriptor\":2"), "statusFileDescriptor", 1},
	{"Exec", EXEC("\"workingDirectoryFileDescriptor\":2"), "workingDirectoryFileDescriptor", 1},
};

static void test_impossible_value_is_refused_by_field(void **state _unused_)
{
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		json_t *parameters = parse(refused[i].parameters);
		static union method_request request;
		int r = decode(refused[i].method, parameters, refused[i].n_fds, &request);

		if (r != ERROR_INVALID_VALUE ||
		    strcmp(decoding.failure.subject, refused[i].field) != 0)
			fail_msg("%s %s: %d: %s: %s", refused[i].method, refused[i].parameters, r,
				 decoding.failure.subject, decoding.failure.text);
		assert_int_equal(decoding.failure.error, r);
		assert_true(*decoding.failure.text);
		/* no file was made for a refused call */
		assert_int_equal(decoding.memory_fd, -1);
		json_decref(parameters);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_specifications_come_back_as_they_were),
		cmocka_unit_test(test_impossible_value_is_refused_by_field),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
