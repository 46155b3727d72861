/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * config.c: the values of good files, and for each bad file the line and the key for which it is
 * refused. Files must belong to root; another user tests that.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

#include "base.h"
#include "daemon/keeper/policy/config.h"
#include "daemon/keeper/policy/devices.h"

static char directory[] = "/tmp/nsctl-test-config-XXXXXX";
static char path[64];

static int setup(void **state _unused_)
{
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/nsctld.conf", directory);
	return 0;
}

static int teardown(void **state _unused_)
{
	unlink(path);
	return rmdir(directory);
}

static void write_config(const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fchmod(fileno(file), 0644), 0);
	assert_int_equal(fclose(file), 0);
}

static bool is_root(void)
{
	return geteuid() == 0;
}

/* --- accepted files --- */

static struct config *load(const char *text)
{
	struct config *config = NULL;
	char *message;
	int r;

	write_config(text);
	r = config_load(path, true, &config, &message);
	if (r != 0)
		fail_msg("%s: %s", text, message ? message : "no message");
	assert_null(message);
	return config;
}

static void check_defaults(const struct config *config)
{
	assert_int_equal(config->limits.sets, 1024);
	assert_int_equal(config->limits.sessions, 1024);
	assert_int_equal(config->limits.connections, 256);
	assert_int_equal(config->limits.buffered, 16 << 20);
	for (enum config_allow key = 0; key < CONFIG_ALLOW_COUNT; key++) {
		const struct config_who *who = &config->allow[key];

		assert_int_equal(who->everyone, key == CONFIG_CONNECT);
		assert_int_equal(who->host, key == CONFIG_USER_NAMESPACES);
		assert_true(who->n_uids == 0 && who->n_gids == 0);
	}
	/* accounts of the machine, or else numbers without an account; never root */
	assert_int_equal(config->front_missing, getpwnam("nsctl") == NULL);
	assert_int_equal(config->init_missing, getpwnam("nsctl-init") == NULL);
	assert_true(config->front_uid != 0 && config->init_uid != 0);
	assert_int_not_equal(config->front_uid, config->init_uid);
	if (config->front_missing)
		assert_true(config->front_uid == 61182 && config->front_gid == 61182);
	if (config->init_missing)
		assert_true(config->init_uid == 61183 && config->init_gid == 61183);
}

static void test_missing_file_gives_defaults(void **state _unused_)
{
	struct config *config = NULL;
	char *message;

	unlink(path);
	assert_int_equal(config_load(path, false, &config, &message), 0);
	assert_null(message);
	check_defaults(config);
	assert_null(config_free(config));
	assert_null(config_free(NULL));
	if (!is_root())
		return;
	config = load("");
	check_defaults(config);
	config_free(config);
	config = load("# nothing\n; at all\n\n[limits]\n[allow]\n[accounts]\n");
	check_defaults(config);
	config_free(config);
}

static void test_values_are_read(void **state _unused_)
{
	struct config *config;

	if (!is_root())
		return;
	config = load("[limits]\n"
		      "sets = 7\n"
		      "sessions=0\n"
		      "connections = 1000000 ; as many as can be\n"
		      "buffered-bytes = 2G\n"
		      "[allow]\n"
		      "connect = daemon, root 4711,@daemon,  @4712\n"
		      "user-namespaces = root host\n"
		      "ip-netns = *\n"
		      "nested =\n"
		      "unfiltered = daemon\n"
		      "confined = nobody-of-this-name\n"
		      "[accounts]\n"
		      "front = daemon\n"
		      "init = 50000\n"
		      "subgid = /run/subgid\n");
	assert_string_equal(config->subuid, "/etc/subuid");
	assert_string_equal(config->subgid, "/run/subgid");
	assert_int_equal(config->limits.sets, 7);
	assert_int_equal(config->limits.sessions, 0);
	assert_int_equal(config->limits.connections, 1000000);
	assert_int_equal(config->limits.buffered, UINT64_C(2) << 30);
	assert_false(config->allow[CONFIG_CONNECT].everyone);
	assert_int_equal(config->allow[CONFIG_CONNECT].n_uids, 3);
	assert_int_equal(config->allow[CONFIG_CONNECT].uids[0], 0);
	assert_int_equal(config->allow[CONFIG_CONNECT].uids[2], 4711);
	assert_int_equal(config->allow[CONFIG_CONNECT].n_gids, 2);
	assert_int_equal(config->allow[CONFIG_CONNECT].gids[1], 4712);
	assert_true(config->allow[CONFIG_USER_NAMESPACES].host);
	assert_int_equal(config->allow[CONFIG_USER_NAMESPACES].n_uids, 1);
	assert_true(config->allow[CONFIG_IP_NETNS].everyone);
	assert_int_equal(config->allow[CONFIG_UNFILTERED].n_uids, 1);
	assert_string_equal(config->ignored, " nested confined");
	assert_int_equal(config->front_uid, getpwnam("daemon")->pw_uid);
	assert_int_equal(config->init_uid, 50000);
	assert_int_equal(config->init_gid, 50000);
	assert_false(config->front_missing || config->init_missing);
	config_free(config);
	/* a value replaces the default, even if it is empty */
	config = load("[allow]\nconnect =\nuser-namespaces = daemon\ndevices = net/tun, 10:61\n");
	assert_int_equal(config->n_devices, 2);
	assert_int_equal(config->devices[0].minor, 200);
	assert_int_equal(config->devices[1].minor, 61);
	assert_false(config->allow[CONFIG_CONNECT].everyone);
	assert_false(config->allow[CONFIG_USER_NAMESPACES].host);
	config_free(config);
}

static void test_sizes_are_read(void **state _unused_)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} rows[] = {
		{"1048576", 1 << 20},
		{"1024K", 1 << 20},
		{"1M", 1 << 20},
		{"1024G", UINT64_C(1) << 40},
	};

	if (!is_root())
		return;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct config *config;
		char text[64];

		snprintf(text, sizeof(text), "[limits]\nbuffered-bytes=%s", rows[i].text);
		config = load(text);
		assert_int_equal(config->limits.buffered, rows[i].bytes);
		config_free(config);
	}
}

/* --- refused files --- */

#define SIXTEEN                                                                            \
	"1.1.1.1:1 1.1.1.1:2 1.1.1.1:3 1.1.1.1:4 1.1.1.1:5 1.1.1.1:6 1.1.1.1:7 1.1.1.1:8 " \
	"1.1.1.1:9 1.1.1.1:10 1.1.1.1:11 1.1.1.1:12 1.1.1.1:13 1.1.1.1:14 1.1.1.1:15 "     \
	"1.1.1.1:16"

static const struct {
	const char *text, *message; /* after the path */
} bad[] = {
	/* sections and keys */
	{"sets = 1\n", ":1: []: unknown section; known are: limits allow "
		       "accounts network lists"},
	{"[limit]\nsets = 1\n", ":2: [limit]: unknown section; known are: limits allow "
				"accounts network lists"},
	{"[Limits]\nsets = 1\n", ":2: [Limits]: unknown section; known are: limits allow "
				 "accounts network lists"},
	{"[limits]\n\nset = 1\n", ":3: limits.set: unknown key; known are: sets sessions "
				  "connections links networks monitors published-ports captures "
				  "egress-entries egress-names buffered-bytes fronts"},
	{"[allow]\n# who\nbe-root = *\n", ":3: allow.be-root: unknown key; known are: connect "
					  "user-namespaces ip-netns new-privileges administer "
					  "unfiltered host-links egress publish low-ports devices"},
	{"[accounts]\nkeeper = root\n",
	 ":2: accounts.keeper: unknown key; known are: front init subuid subgid"},
	{"[limits]\nsets = 1\nsets = 2\n", ":3: limits.sets: is given twice"},
	{"[limits]\nsets = 1\n[allow]\n[limits]\nsets = 1\n", ":5: limits.sets: is given twice"},
	/* the same with continuation lines of libinih */
	{"[limits]\nsets = 1\n  2\n", ":3: limits.sets: is given twice"},
	{"[limits\nsets = 1\n", ":1: is neither [section] nor key = value"},
	{"[limits]\nsets\n", ":2: is neither [section] nor key = value"},
	/* the first error is told */
	{"[limits]\nset = 1\nsats = 2\n[x]\ny = 1\n",
	 ":2: limits.set: unknown key; known are: sets sessions "
	 "connections links networks monitors published-ports captures egress-entries "
	 "egress-names buffered-bytes fronts"},
	/* lists that no set could have */
	{"[lists]\nfit = " SIXTEEN "\n\nm = 192.0.2.1\nm = " SIXTEEN "\n",
	 ":4: lists.m: names more than 16 services (ports and protocol, of IPv4 or IPv6): name "
	 "ranges of ports, or all ports"},
	{"[lists]\nm = " SIXTEEN " @dns\n",
	 ":2: lists.m: names more than 16 services (ports and protocol, of IPv4 or IPv6): name "
	 "ranges of ports, or all ports"},
	/* numbers */
	{"[limits]\nsets =\n", ":2: limits.sets: : is a number, 0 to 1000000"},
	{"[limits]\nsets = -1\n", ":2: limits.sets: -1: is a number, 0 to 1000000"},
	{"[limits]\nsets = +1\n", ":2: limits.sets: +1: is a number, 0 to 1000000"},
	{"[limits]\nsets = 1000001\n", ":2: limits.sets: 1000001: is a number, 0 to 1000000"},
	{"[limits]\nsets = 99999999999999999999\n",
	 ":2: limits.sets: 99999999999999999999: is a number, 0 to 1000000"},
	{"[limits]\nsessions = 1K\n", ":2: limits.sessions: 1K: is a number, 0 to 1000000"},
	{"[limits]\nsessions = 0x10\n", ":2: limits.sessions: 0x10: is a number, 0 to 1000000"},
	{"[limits]\nconnections = many\n",
	 ":2: limits.connections: many: is a number, 0 to 1000000"},
	{"[limits]\nbuffered-bytes = 1023K\n",
	 ":2: limits.buffered-bytes: 1023K: is a size such as 16M, at least 1M"},
	{"[limits]\nbuffered-bytes = 1025G\n",
	 ":2: limits.buffered-bytes: 1025G: is a size such as 16M, at least 1M"},
	{"[limits]\nbuffered-bytes = 18446744073709551615G\n",
	 ":2: limits.buffered-bytes: 18446744073709551615G: is a size such as 16M, at least 1M"},
	{"[limits]\nbuffered-bytes = 16MB\n",
	 ":2: limits.buffered-bytes: 16MB: is a size such as 16M, at least 1M"},
	{"[limits]\nbuffered-bytes = 16T\n",
	 ":2: limits.buffered-bytes: 16T: is a size such as 16M, at least 1M"},
	{"[allow]\ndevices = null sda\n",
	 ":2: allow.devices: sda: is neither MAJOR:MINOR nor one of " DEVICES_DEFAULT},
	{"[allow]\ndevices = 10:\n",
	 ":2: allow.devices: 10:: is neither MAJOR:MINOR nor one of " DEVICES_DEFAULT},
	/* people */
	{"[allow]\nconnect = root no-such-user-here\n",
	 ":2: allow.connect: there is no user no-such-user-here"},
	{"[allow]\nconnect = @no-such-group\n",
	 ":2: allow.connect: there is no group no-such-group"},
	{"[allow]\nconnect = @\n", ":2: allow.connect: there is no group "},
	{"[allow]\nconnect = 4294967295\n", ":2: allow.connect: there is no user 4294967295"},
	{"[allow]\nconnect = -1\n", ":2: allow.connect: there is no user -1"},
	/* a word that only user-namespaces has is an account elsewhere */
	{"[allow]\nip-netns = host\n", ":2: allow.ip-netns: there is no user host"},
	{"[accounts]\nfront = root\n", ":2: accounts.front: must not be root"},
	{"[accounts]\nsubuid = etc/subuid\n",
	 ":2: accounts.subuid: etc/subuid: is a path from / on, of less than 256"},
	{"[accounts]\nsubgid =\n", ":2: accounts.subgid: : is a path from / on, of less than 256"},
	{"[accounts]\ninit = 0\n", ":2: accounts.init: must not be root"},
	{"[accounts]\ninit = no-such-user-here\n",
	 ":2: accounts.init: there is no user no-such-user-here"},
};

static void check_bad(const char *text, const char *wanted)
{
	struct config *config = NULL;
	char *message = NULL;
	int r = config_load(path, true, &config, &message);

	if (r >= 0 || !message || strncmp(message, path, strlen(path)) != 0 ||
	    strcmp(message + strlen(path), wanted) != 0)
		fail_msg("%s: %d: %s", text, r, message ? message : "no message");
	assert_null(config);
	free(message);
}

static void test_bad_file_is_refused_with_line_and_key(void **state _unused_)
{
	if (!is_root())
		return;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		write_config(bad[i].text);
		check_bad(bad[i].text, bad[i].message);
	}
}

static void test_long_line_is_refused_with_a_hint(void **state _unused_)
{
	static char text[100000];
	struct config *config = NULL;
	char *message = NULL;

	if (!is_root())
		return;
	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, "[allow]\n\nconnect = ", 19);
	write_config(text);
	check_bad("a long line",
		  ":3: the line has more than 198 bytes: name a group (@GROUP) for many users, "
		  "and divide a list of [lists], whose lines add up");
	/* the longest one, and one more */
	memset(text, '#', 200);
	text[198] = '\0';
	write_config(text);
	assert_int_equal(config_load(path, true, &config, &message), 0);
	config_free(config);
	memcpy(text + 198, "#", 2);
	write_config(text);
	check_bad("a line of 199 bytes",
		  ":1: the line has more than 198 bytes: name a group (@GROUP) for many users, "
		  "and divide a list of [lists], whose lines add up");
}

/* The file must not be writable by others. */
static void test_file_must_be_writable_by_root_only(void **state _unused_)
{
	static const mode_t modes[] = {0664, 0646, 0666, 0777};
	static const char refused[] = ": must belong to root and be writable by root only";

	unlink(path);
	check_bad("no file", ": No such file or directory");
	write_config("[limits]\nsets = 1\n");
	if (!is_root()) {
		check_bad("our own", refused);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		assert_int_equal(chmod(path, modes[i]), 0);
		check_bad("writable by others", refused);
	}
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(chown(path, 65534, 0), 0);
	check_bad("another's", refused);
	unlink(path);
	assert_int_equal(mkdir(path, 0755), 0);
	check_bad("a directory", ": is not a regular file");
	rmdir(path);
}

/* --- users and groups --- */

static void test_user_is_named_by_uid_or_group(void **state _unused_)
{
	static uid_t uids[] = {5, 7};
	static gid_t gids[] = {50};
	static const gid_t groups[] = {40, 50};
	const struct config_who nobody = {}, everyone = {.everyone = true},
				some = {.uids = uids, .n_uids = 2, .gids = gids, .n_gids = 1};

	assert_false(config_who_has(&nobody, 0, 0, groups, 2));
	assert_true(config_who_has(&everyone, 9, 9, NULL, 0));
	assert_true(config_who_has(&some, 7, 9, NULL, 0));
	assert_true(config_who_has(&some, 9, 50, NULL, 0));
	assert_true(config_who_has(&some, 9, 9, groups, 2));
	assert_false(config_who_has(&some, 9, 9, groups, 1));
	assert_false(config_who_has(&some, 50, 5, NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_missing_file_gives_defaults),
		cmocka_unit_test(test_values_are_read),
		cmocka_unit_test(test_sizes_are_read),
		cmocka_unit_test(test_bad_file_is_refused_with_line_and_key),
		cmocka_unit_test(test_long_line_is_refused_with_a_hint),
		cmocka_unit_test(test_file_must_be_writable_by_root_only),
		cmocka_unit_test(test_user_is_named_by_uid_or_group),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
