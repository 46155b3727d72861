/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From the options of create to a SetSpec: each row a command line and the JSON that it becomes,
 * held against the interface description as well; and those that are refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <cmocka.h>

#include "base.h"
#include "client/memory.h"
#include "client/options.h"
#include "client/process.h"
#include "client/sets.h"
#include "client/spec.h"
#include "client/verb.h"
#include "protocol/idl.h"

#define WORDS_MAX 12

static const struct verb create = {
	.name = "create",
	.usage = "[OPTIONS] NAME",
	.summary = "",
	.least = 1,
	.most = 1,
	.options = {spec_options, sets_create_options},
};

/* Splits line at blanks into argv; returns how many there are. */
static int split(char *line, char **argv)
{
	int n = 0;
	char *rest = NULL;

	for (char *word = strtok_r(line, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		assert_true(n < WORDS_MAX);
		argv[n++] = word;
	}
	argv[n] = NULL;
	return n;
}

/* Returns the spec that the options in line make, or NULL and the exit status in *ret_status. */
static json_t *take_of(const struct parent *parent, const char *line, int *ret_status)
{
	_cleanup_call_fds_ struct call_fds fds = {.n = 0};
	_cleanup_json_ json_t *parameters = must(json_object());
	_cleanup_free_ char *copy = must(strdup(line));
	char *argv[WORDS_MAX + 1];
	int argc = split(copy, argv), r;
	struct options options;
	struct client client;

	client_init(&client);
	client.verb = "create";
	client.parent = *parent;
	client.parent.fd = parent->fd < 0 ? -1 : fcntl(parent->fd, F_DUPFD_CLOEXEC, 3);
	options_init(&options, &client, &create, argc, argv);
	options.parameters = parameters;
	options.fds = &fds;
	r = -options_next(&options);
	if (r == 0)
		r = options_words(&options);
	if (r == 0)
		r = spec_finish(&options);
	client_done(&client);
	*ret_status = r;
	if (r != 0)
		return NULL;
	return json_incref(json_object_get(parameters, "spec"));
}

static json_t *take(const char *line, int *ret_status)
{
	static const struct parent none = {.fd = -1};

	return take_of(&none, line, ret_status);
}

#define SIX "\"mnt\",\"pid\",\"net\",\"uts\",\"ipc\",\"cgroup\""

/* Calls fit the interface. */
static void check_interface(const struct idl *idl, const char *line, json_t *spec)
{
	_cleanup_json_ json_t *parameters = must(json_object());
	char path[IDL_PATH_SIZE];

	json_put(parameters, "spec", json_incref(spec));
	if (!idl_check_input(idl, idl_method(idl, "Create"), parameters, path))
		fail_msg("%s: %s does not fit", line, path);
}

static void test_options_become_a_specification(void **state _unused_)
{
	static const struct {
		const char *line, *spec;
	} rows[] = {
		{"create box", "{}"},
		{"create box -f", "{}"},
		{"create --share-shm box", "{\"ownShm\":false}"},
		{"create -n box", "{\"namespaces\":[\"net\"]}"},
		{"create --net box --uts", "{\"namespaces\":[\"net\",\"uts\"]}"},
		{"create -mpnuiC box", "{\"namespaces\":[" SIX "]}"},
		{"create --all box", "{\"namespaces\":[\"mnt\",\"pid\",\"net\",\"uts\",\"user\","
				     "\"ipc\",\"cgroup\",\"time\"]}"},
		/* the tutorial's rows 8, 10, 7 and 2 */
		{"create -r box",
		 "{\"namespaces\":[\"mnt\",\"pid\",\"net\",\"uts\",\"user\",\"ipc\","
		 "\"cgroup\"],\"userMapping\":\"root\"}"},
		{"create -U -r box", "{\"namespaces\":[\"user\"],\"userMapping\":\"root\"}"},
		{"create -u -r box",
		 "{\"namespaces\":[\"uts\",\"user\"],\"userMapping\":\"root\"}"},
		{"create -m -r box",
		 "{\"namespaces\":[\"mnt\",\"user\"],\"userMapping\":\"root\"}"},
		{"create -U -c box", "{\"namespaces\":[\"user\"],\"userMapping\":\"current\"}"},
		{"create -U --map-auto box",
		 "{\"namespaces\":[\"user\"],\"userMapping\":\"auto\"}"},
		{"create -r -U --map-auto box",
		 "{\"namespaces\":[\"user\"],\"userMapping\":\"auto\"}"},
		{"create -U --map-auto -c box",
		 "{\"namespaces\":[\"user\"],\"userMapping\":\"currentAuto\"}"},
		{"create -U --map-users=0:1000:1 --map-users=1:100000:5 --map-groups 0:100:1 box",
		 "{\"namespaces\":[\"user\"],\"userMapping\":\"custom\",\"uidMap\":[{\"inside\":0,"
		 "\"outside\":1000,\"count\":1},{\"inside\":1,\"outside\":100000,\"count\":5}],"
		 "\"gidMap\":[{\"inside\":0,\"outside\":100,\"count\":1}]}"},
		/* an option adds the namespaces that it needs */
		{"create -p --mount-proc box",
		 "{\"namespaces\":[\"mnt\",\"pid\"],\"mountProc\":true}"},
		{"create -p --mount-proc=/new box",
		 "{\"namespaces\":[\"mnt\",\"pid\"],\"mounts\":[{\"type\":\"proc\",\"target\":"
		 "\"/new\"}]}"},
		{"create -m -p --no-mount-proc box",
		 "{\"namespaces\":[\"mnt\",\"pid\"],\"mountProc\":false}"},
		{"create -p --no-mount-proc box", "{\"namespaces\":[\"pid\"]}"},
		{"create -n --propagation=private box",
		 "{\"namespaces\":[\"mnt\",\"net\"],\"propagation\":\"private\"}"},
		{"create -n --hostname=web box",
		 "{\"namespaces\":[\"net\",\"uts\"],\"hostname\":\"web\"}"},
		{"create --hostname=web box", "{\"hostname\":\"web\"}"},
		{"create -T --boottime=86400 box",
		 "{\"namespaces\":[\"time\"],\"clocks\":{\"boottime\":86400.0}}"},
		{"create --monotonic=-5.5 box",
		 "{\"namespaces\":[" SIX ",\"time\"],\"clocks\":{\"monotonic\":-5.5}}"},
		{"create -u --egress --dns=192.0.2.1 --dns=2001:db8::1 box",
		 "{\"namespaces\":[\"mnt\",\"net\",\"uts\"],\"egress\":true,"
		 "\"dns\":[\"192.0.2.1\",\"2001:db8::1\"]}"},
		{"create -n --publish=8080:80 --publish [::1]:53:53/udp box",
		 "{\"namespaces\":[\"net\"],\"publish\":[{\"protocol\":\"tcp\",\"hostPort\":8080,"
		 "\"port\":80},{\"protocol\":\"udp\",\"hostAddress\":\"::1\",\"hostPort\":53,"
		 "\"port\":53}]}"},
		{"create -m --tmpfs=/a::1777 --tmpfs=/b:4K:0700 box",
		 "{\"namespaces\":[\"mnt\"],\"mounts\":[{\"type\":\"tmpfs\",\"target\":\"/a\","
		 "\"mode\":1023},{\"type\":\"tmpfs\",\"target\":\"/b\",\"size\":4096,"
		 "\"mode\":448}]}"},
		{"create -m --tmpfs=/tmp --tmpfs=/var/tmp:512M box",
		 "{\"namespaces\":[\"mnt\"],\"mounts\":[{\"type\":\"tmpfs\",\"target\":\"/tmp\"},{"
		 "\"type\":\"tmpfs\",\"target\":\"/var/tmp\",\"size\":536870912}]}"},
		{"create -m --bind=/:/host:ro --bind=/:/other box",
		 "{\"namespaces\":[\"mnt\"],\"mounts\":[{\"type\":\"bind\",\"target\":\"/host\","
		 "\"readOnly\":true,\"source\":\"/\",\"sourceFileDescriptor\":0},{\"type\":"
		 "\"bind\",\"target\":\"/other\",\"source\":\"/\",\"sourceFileDescriptor\":1}]}"},
		{"create --root=/ box", "{\"rootPath\":\"/\",\"rootFileDescriptor\":0}"},
		{"create --memory=512M --tasks=100 --cpus=0.5 box",
		 "{\"limits\":{\"memory\":536870912,\"tasks\":100,\"cpus\":0.5}}"},
		{"create --lease=15m box", "{\"lease\":{\"seconds\":900.0}}"},
		/* of two durations the shorter one comes first */
		{"create --lease=2h --lease=15m --lease=1h box", "{\"lease\":{\"seconds\":900.0}}"},
		{"create --lease=idle:60s box", "{\"lease\":{\"idleSeconds\":60.0}}"},
		{"create --lease=1d --lease=idle:1h --lease=idle:5m box",
		 "{\"lease\":{\"seconds\":86400.0,\"idleSeconds\":300.0}}"},
		{"create --boot --visible --existing box", "{\"boot\":true,\"visible\":true}"},
		{"create -n --ip-netns box", "{\"namespaces\":[\"net\"],\"ipNetns\":true}"},
		{"create --label=a=b --label=c= --label=d=e=f box",
		 "{\"labels\":{\"a\":\"b\",\"c\":\"\",\"d\":\"e=f\"}}"},
		/* the tutorial's pair */
		{"create box --net --link=host:veth0,peer-address=192.168.100.1/24,interface=veth1,"
		 "address=192.168.100.2/24",
		 "{\"namespaces\":[\"net\"],\"links\":[{\"end\":{\"interface\":\"veth1\","
		 "\"addresses\":[\"192.168.100.2/24\"]},\"peer\":{\"host\":true,\"interface\":"
		 "\"veth0\",\"addresses\":[\"192.168.100.1/24\"]}}]}"},
		/* a link to a network, and one with impairments; colons after '=' belong to an
		 * address */
		{"create -m --link=net/lan --link=other:up0,name=pair,interface=down0,"
		 "address=fd00::2/64,peer-address=fd00::1/64,delay=5ms,peer-loss=1% box",
		 "{\"namespaces\":[\"mnt\",\"net\"],\"links\":[{\"peer\":{\"network\":\"lan\"}},{"
		 "\"name\":\"pair\",\"end\":{\"interface\":\"down0\",\"addresses\":[\"fd00::2/"
		 "64\"],"
		 "\"impairment\":{\"delayMilliseconds\":5.0}},\"peer\":{\"set\":\"other\","
		 "\"interface\":\"up0\",\"addresses\":[\"fd00::1/64\"],\"impairment\":{"
		 "\"lossPercent\":1.0}}}]}"},
	};

	struct idl *idl;
	unsigned line;

	assert_int_equal(idl_parse(idl_text_nsctl, &idl, &line), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int status;
		_cleanup_json_ json_t *spec = take(rows[i].line, &status);
		_cleanup_json_ json_t *wanted = json_loads(rows[i].spec, 0, NULL);
		_cleanup_free_ char *text = spec ? json_dumps(spec, JSON_COMPACT) : NULL;

		assert_non_null(wanted);
		if (!spec || !json_equal(spec, wanted))
			fail_msg("%s\nis %s\nnot %s", rows[i].line, text ? text : "refused",
				 rows[i].spec);
		check_interface(idl, rows[i].line, spec);
	}
	idl_free(idl);
}

static void test_pid_option_becomes_a_lease_by_process(void **state _unused_)
{
	_cleanup_json_ json_t *wanted =
		json_loads("{\"lease\":{\"processFileDescriptor\":0,\"seconds\":90.0}}", 0, NULL);
	_cleanup_json_ json_t *spec = NULL;
	char line[64];
	int status;

	snprintf(line, sizeof(line), "create --lease=pid:%d --lease=90 box", getpid());
	spec = take(line, &status);
	assert_true(spec && json_equal(spec, wanted));
}

/* Options that the client alone knows: they become mounts. The home directory does not exist. */
static void test_options_of_views_become_mounts(void **state _unused_)
{
#define TMP "{\"type\":\"tmpfs\",\"target\":\"/tmp\",\"mode\":1023}"
#define ROOT "{\"type\":\"readOnly\",\"target\":\"/\"}"
#define USR "{\"type\":\"bind\",\"target\":\"/usr\",\"source\":\"/usr\",\"sourceFileDescriptor\":0"
	static const struct {
		const char *line, *mounts;
	} rows[] = {
		{"create --read-only --hide=/srv --bind=/:/:ro --bind=/:/:rw a",
		 ROOT ",{\"type\":\"hidden\",\"target\":\"/srv\"}," ROOT},
		{"create --private=tmp,home a",
		 TMP ",{\"type\":\"tmpfs\",\"target\":\"/no/such/home\",\"mode\":448}"},
		{"create --private=shm a",
		 "{\"type\":\"tmpfs\",\"target\":\"/dev/shm\",\"mode\":1023}"},
		/* each part is undone by an option, wherever it is */
		{"create --private=tmp --no-lease --job=/usr a", ROOT "," USR "}," TMP},
		{"create --job=/usr --no-read-only --lease=60 --private=tmp a", USR "}," TMP},
		{"create --bind=/usr:/usr:ro --private=tmp --no-lease --job=/usr a",
		 ROOT "," USR ",\"readOnly\":true}," TMP},
	};

	assert_int_equal(setenv("HOME", "/no/such/home", true), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_json_ json_t *spec = NULL, *wanted = NULL;
		_cleanup_free_ char *list = NULL, *text = NULL;
		json_t *mounts;
		int status;

		spec = take(rows[i].line, &status);
		assert_non_null(spec);
		mounts = json_object_get(spec, "mounts");
		assert_true(asprintf(&list, "[%s]", rows[i].mounts) > 0);
		wanted = json_loads(list, 0, NULL);
		text = mounts ? json_dumps(mounts, JSON_COMPACT) : NULL;
		if (!mounts || !json_equal(mounts, wanted))
			fail_msg("%s\nis %s\nnot %s", rows[i].line, text ? text : "none", list);
	}
}

/* A pipe and a process are distinguished by the descriptor itself. */
static void test_pipe_and_process_are_told_apart(void **state _unused_)
{
	_cleanup_json_ json_t *process =
		json_loads("{\"lease\":{\"processFileDescriptor\":0}}", 0, NULL);
	_cleanup_json_ json_t *both =
		json_loads("{\"lease\":{\"pipeFileDescriptor\":0,\"processFileDescriptor\":1,"
			   "\"idleSeconds\":1.0}}",
			   0, NULL);
	int self_fd = (int)syscall(SYS_pidfd_open, getpid(), 0), ends[2], status;
	char line[96];

	assert_true(self_fd >= 0);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	for (int i = 0; i < 4; i++) {
		_cleanup_json_ json_t *spec = NULL;

		if (i == 0)
			snprintf(line, sizeof(line), "create --lease=fd:%d a", self_fd);
		else if (i == 1)
			snprintf(line, sizeof(line),
				 "create --lease=fd:%d --lease=fd:%d --lease=idle:1 a", ends[0],
				 self_fd);
		else if (i == 2)
			snprintf(line, sizeof(line), "create --lease=fd:%d a", ends[1]);
		else
			snprintf(line, sizeof(line), "create --lease=fd:%d --lease=fd:%d a",
				 ends[0], ends[0]);
		spec = take(line, &status);
		if (i < 2)
			assert_true(spec && json_equal(spec, i == 0 ? process : both));
		else
			assert_true(!spec && status == STATUS_USAGE);
	}
	close_fd(self_fd);
	close_fd(ends[0]);
	close_fd(ends[1]);
}

/* The parent that was found when the client started, or the reason why there is none. */
static void test_lease_by_a_missing_parent_is_refused(void **state _unused_)
{
	static const struct {
		struct parent parent;
		int status;
	} rows[] = {
		{{.pid = 1, .fd = -1}, STATUS_USAGE},
		{{.pid = 0, .fd = -1}, STATUS_USAGE},
		{{.pid = 5, .fd = -1, .error = ESRCH}, STATUS_FAILED},
		{{.pid = 5, .fd = -1, .error = EMFILE}, STATUS_FAILED},
	};
	_cleanup_json_ json_t *wanted =
		json_loads("{\"lease\":{\"processFileDescriptor\":0}}", 0, NULL);
	_cleanup_json_ json_t *spec = NULL;
	struct parent parent;
	int status;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_null(take_of(&rows[i].parent, "create --lease=parent a", &status));
		assert_int_equal(status, rows[i].status);
	}
	process_open_parent(&parent);
	assert_int_equal(parent.pid, getppid());
	if (parent.pid <= 1)
		skip();
	assert_true(parent.fd > STDERR_FILENO);
	spec = take_of(&parent, "create --lease=parent a", &status);
	assert_true(spec && json_equal(spec, wanted));
	/* a lease has one process */
	assert_null(take_of(&parent, "create --lease=parent --lease=parent a", &status));
	assert_int_equal(status, STATUS_USAGE);
	close_fd(parent.fd);
}

static void test_wrong_options_are_refused(void **state _unused_)
{
	static const struct {
		const char *line;
		int status;
	} rows[] = {
		{"create", STATUS_USAGE},
		{"create --lease=idle: a", STATUS_USAGE},
		{"create --lease=idle:0 a", STATUS_USAGE},
		{"create --lease=fd: a", STATUS_USAGE},
		{"create --lease=fd:-1 a", STATUS_USAGE},
		{"create --lease=fd:1000000 a", STATUS_FAILED},
		{"create --lease=parents a", STATUS_USAGE},
		{"create a b", STATUS_USAGE},
		{"create --bogus a", STATUS_USAGE},
		{"create -X a", STATUS_USAGE},
		{"create --map a", STATUS_USAGE},
		{"create --net=1 a", STATUS_USAGE},
		{"create a --hostname", STATUS_USAGE},
		{"create -r -c a", STATUS_USAGE},
		{"create --map-auto --map-users=0:1:1 a", STATUS_USAGE},
		{"create --tmpfs=/a: a", STATUS_USAGE},
		{"create --tmpfs=/a:1M:0888 a", STATUS_USAGE},
		{"create --tmpfs=/a::10000 a", STATUS_USAGE},
		{"create --map-users=0:1 a", STATUS_USAGE},
		{"create --propagation=both a", STATUS_USAGE},
		{"create --hostname=-a a", STATUS_USAGE},
		{"create --lease=soon a", STATUS_USAGE},
		{"create --lease=0 a", STATUS_USAGE},
		{"create --lease=pid: a", STATUS_USAGE},
		{"create --lease=pid:1x a", STATUS_USAGE},
		{"create --lease=pid:1 a", STATUS_USAGE},
		{"create --lease=pid:999999999 a", STATUS_FAILED},
		{"create --memory=much a", STATUS_USAGE},
		{"create --tasks=0 a", STATUS_USAGE},
		{"create --cpus=0 a", STATUS_USAGE},
		{"create --cpus=-1 a", STATUS_USAGE},
		{"create --boottime=x a", STATUS_USAGE},
		{"create --tmpfs=:1M a", STATUS_USAGE},
		{"create --tmpfs=/tmp:1Q a", STATUS_USAGE},
		{"create --bind=/ a", STATUS_USAGE},
		{"create --bind=/:/b:rx a", STATUS_USAGE},
		{"create --bind=:/b a", STATUS_USAGE},
		{"create --bind=/:b a", STATUS_USAGE},
		{"create --bind=/nothing/is/here:/b a", STATUS_FAILED},
		{"create --root=/dev/null a", STATUS_FAILED},
		{"create --publish=80 a", STATUS_USAGE},
		{"create --link=a,b a", STATUS_USAGE},
		{"create --link=net/ a", STATUS_USAGE},
		{"create --label=x a", STATUS_USAGE},
		{"create --private=tmp,all a", STATUS_USAGE},
		{"create --private= a", STATUS_USAGE},
		{"create --job=/ a", STATUS_USAGE},
		{"create --job=/no/such/place a", STATUS_FAILED},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int status;
		_cleanup_json_ json_t *spec = take(rows[i].line, &status);

		if (spec || status != rows[i].status)
			fail_msg("%s: status %d", rows[i].line, status);
	}
}

static void test_two_dashes_end_the_options(void **state _unused_)
{
	_cleanup_json_ json_t *spec = NULL;
	int status;

	/* "--" ends the options: the next argument is a word, and one too many */
	spec = take("create -n -- box", &status);
	assert_non_null(spec);
	assert_null(take("create -- -n box", &status));
	assert_int_equal(status, STATUS_USAGE);
}

/* In run, --user is the option of create, and --user=UID that of exec. Run has no -t. */
static void test_options_of_one_name_differ_by_their_value(void **state _unused_)
{
	static const struct option_row first[] = {OPTION("user", 'U', NULL, "", HANDLED(ALL)), {0}};
	static const struct option_row second[] = {OPTION("user", 'u', "UID", "", HANDLED(ENV)),
						   OPTION("tty", 't', NULL, "", HANDLED(TTY)),
						   {0}};
	static const struct verb run = {
		.name = "run",
		.usage = "",
		.summary = "",
		.flags = VERB_FIRST_WORD_ENDS | VERB_FIRST_LETTERS | VERB_OWN_OPTIONS,
		.options = {first, second},
	};
	char line[] = "run --user --user=5 -U --tty id -t";
	char *argv[WORDS_MAX + 1];
	int argc = split(line, argv);
	struct options options;
	struct client client;

	client_init(&client);
	options_init(&options, &client, &run, argc, argv);
	assert_int_equal(options_next(&options), OPTION_ALL);
	assert_int_equal(options_next(&options), OPTION_ENV);
	assert_string_equal(options.argument, "5");
	assert_int_equal(options_next(&options), OPTION_ALL);
	assert_int_equal(options_next(&options), OPTION_TTY);
	assert_int_equal(options_next(&options), OPTION_END);
	assert_string_equal(options.words[0], "id");
	argv[1] = argv[argc - 1];
	options_init(&options, &client, &run, argc, argv);
	assert_int_equal(options_next(&options), -STATUS_USAGE);
	client_done(&client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_become_a_specification),
		cmocka_unit_test(test_wrong_options_are_refused),
		cmocka_unit_test(test_pid_option_becomes_a_lease_by_process),
		cmocka_unit_test(test_pipe_and_process_are_told_apart),
		cmocka_unit_test(test_lease_by_a_missing_parent_is_refused),
		cmocka_unit_test(test_options_of_views_become_mounts),
		cmocka_unit_test(test_two_dashes_end_the_options),
		cmocka_unit_test(test_options_of_one_name_differ_by_their_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
