/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * store.c in a directory of its own: what is written is read back; every truncation and every
 * flipped bit is seen and set aside; what another boot or another version wrote is told apart.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base.h"
#include "tests/unit/store.h"

#define HEADER_SIZE 64
#define VERSION_AT 12
#define BOOT_AT 16
#define SIZE_AT 56
#define CHECKSUM_AT 60

/* --- files --- */

static size_t read_file(const char *name, char *data, size_t size)
{
	int fd = openat(runtime_fd, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, data, size);

	assert_true(fd >= 0 && n >= 0);
	close(fd);
	return (size_t)n;
}

static void write_file(const char *name, const char *data, size_t size)
{
	int fd = openat(runtime_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	close(fd);
}

static bool exists(const char *name)
{
	return faccessat(runtime_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* As store.c says: FNV-1a of all but itself. */
static void sign(char *data, size_t size)
{
	uint32_t hash = 2166136261;

	for (size_t i = 0; i < size; i++)
		if (i < CHECKSUM_AT || i >= HEADER_SIZE)
			hash = (hash ^ (unsigned char)data[i]) * 16777619;
	memcpy(data + CHECKSUM_AT, &hash, sizeof(hash));
}

/* --- records --- */

static struct set make_set(void)
{
	static struct wire_spec spec;
	struct set set = {
		.owner = 1000,
		.gid = 100,
		.name = "box",
		.id = ID,
		.state = SET_READY,
		.kinds = KIND_BIT(KIND_NET) | KIND_BIT(KIND_USER) | KIND_BIT(KIND_MNT),
		.mapping = MAPPING_CURRENT,
		.visible = true,
		.ip_netns = true,
		.run = true,
		.created = 1700000000000000,
		.lease = 90000000,
		.lease_expires = 123456789,
		.idle = 60000000,
		.idle_expires = 123456788,
		.lease_pid = 4712,
		.lease_start = 99887767,
		.watcher_pid = 4713,
		.watcher_start = 99887768,
		.lease_connection = 7,
		.init_pid = 4711,
		.init_start = 99887766,
	};

	set.inodes[KIND_NET] = 4026532001;
	set.ids[KIND_NET] = UINT64_C(0x100000001);
	set.inodes[KIND_USER] = 4026532002;
	set.inodes[KIND_TIME] = 4026532003;
	wire_clear(&wire_spec_layout, &spec);
	spec.given = true;
	spec.kinds = set.kinds;
	spec.mapping = MAPPING_CURRENT;
	spec.visible = spec.ip_netns = true;
	spec.lease.span = set.lease;
	spec.lease.idle = set.idle;
	spec.lease.pid = set.lease_pid;
	spec.lease.start = set.lease_start;
	spec.lease.pipe = true;
	spec.lease.watcher_pid = set.watcher_pid;
	spec.lease.watcher_start = set.watcher_start;
	spec.n_mounts = 1;
	spec.mounts[0] = (struct spec_mount){
		.type = MOUNT_BIND, .target = "/mnt", .source = "/srv", .source_fd = 3};
	spec.n_labels = 1;
	spec.labels[0] = (struct spec_label){"job", "17"};
	assert_int_equal(wire_pack(&wire_spec_layout, &spec, &set.spec, &set.spec_size), 0);
	return set;
}

static void check_same_set(const struct set *got, const struct set *set)
{
	assert_non_null(got);
	assert_int_equal(got->owner, set->owner);
	assert_int_equal(got->gid, set->gid);
	assert_string_equal(got->name, set->name);
	assert_string_equal(got->id, set->id);
	assert_int_equal(got->state, set->state);
	assert_int_equal(got->kinds, set->kinds);
	assert_int_equal(got->mapping, set->mapping);
	assert_int_equal(got->visible, set->visible);
	assert_int_equal(got->ip_netns, set->ip_netns);
	assert_int_equal(got->run, set->run);
	assert_int_equal(got->created, set->created);
	assert_int_equal(got->lease, set->lease);
	assert_int_equal(got->lease_expires, set->lease_expires);
	assert_int_equal(got->idle, set->idle);
	assert_int_equal(got->idle_expires, set->idle_expires);
	assert_int_equal(got->expires, set_next_expiry(set));
	assert_int_equal(got->lease_pid, set->lease_pid);
	assert_int_equal(got->lease_start, set->lease_start);
	assert_int_equal(got->watcher_pid, set->watcher_pid);
	assert_int_equal(got->watcher_start, set->watcher_start);
	/* a connection of another keeper means nothing */
	assert_int_equal(got->lease_connection, 0);
	assert_int_equal(got->init_pid, set->init_pid);
	assert_int_equal(got->init_start, set->init_start);
	assert_memory_equal(got->inodes, set->inodes, sizeof(set->inodes));
	assert_memory_equal(got->ids, set->ids, sizeof(set->ids));
	assert_int_equal(got->spec_size, set->spec_size);
	assert_memory_equal(got->spec, set->spec, set->spec_size);
	assert_true(!got->frozen && !got->sessions && !got->work);
}

static void test_set(void **state _unused_)
{
	struct set set = make_set(), plain = {.name = "p", .id = OTHER_ID, .state = SET_BROKEN};
	struct loaded loaded;
	struct stat st;

	assert_int_equal(store_write_set(store, &set), 0);
	assert_int_equal(fstatat(runtime_fd, "state/sets/" ID, &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(fstatat(runtime_fd, "state", &st, 0), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0700);
	loaded = load();
	assert_true(loaded.n_sets == 1 && loaded.n_bad == 0 && !loaded.by_connection);
	check_same_set(loaded.set, &set);
	loaded_done(&loaded);
	/* the same file again */
	set.state = SET_REMOVING;
	assert_int_equal(store_write_set(store, &set), 0);
	loaded = load();
	assert_int_equal(loaded.n_sets, 1);
	check_same_set(loaded.set, &set);
	loaded_done(&loaded);
	assert_int_equal(store_remove_set(store, ID), 0);
	assert_int_equal(store_remove_set(store, ID), 0);
	/* root's, with nothing known of it but that it is there */
	plain.kinds = KIND_BIT(KIND_UTS);
	assert_int_equal(store_write_set(store, &plain), 0);
	loaded = load();
	assert_true(loaded.n_sets == 1 && loaded.n_bad == 0);
	assert_string_equal(loaded.set->name, "p");
	assert_true(loaded.set->owner == 0 && loaded.set->state == SET_BROKEN);
	loaded_done(&loaded);
	free(set.spec);
}

static void test_by_connection(void **state _unused_)
{
	struct wire_spec spec;
	struct set set = make_set();
	struct loaded loaded;

	free(set.spec);
	wire_clear(&wire_spec_layout, &spec);
	spec.given = spec.lease.connection = true;
	assert_int_equal(wire_pack(&wire_spec_layout, &spec, &set.spec, &set.spec_size), 0);
	assert_true(store_is_by_connection(&set));
	assert_int_equal(store_write_set(store, &set), 0);
	loaded = load();
	assert_true(loaded.n_sets == 1 && loaded.by_connection);
	loaded_done(&loaded);
	free(set.spec);
}

static void test_session(void **state _unused_)
{
	struct wire_session words;
	struct set set = make_set();
	struct session session = {
		.set = &set,
		.owner = 1000,
		.id = OTHER_ID,
		.runner_pid = 5,
		.pid = 6,
		.started = 17,
		.ended = 18,
		.exited = true,
		.status = 255,
		.attached = true,
		.removes_set = true,
	};
	struct loaded loaded;

	wire_clear(&wire_session_layout, &words);
	words.n_words = 2;
	words.words[0].text = "sleep";
	assert_int_equal(
		wire_pack(&wire_session_layout, &words, &session.words, &session.words_size), 0);
	assert_int_equal(store_write_session(store, &session), 0);
	/* beside it, what the runner writes: no record */
	write_file("state/sessions/" OTHER_ID ".status", "exit 0\n", 7);
	loaded = load();
	assert_true(loaded.n_sessions == 1 && loaded.n_bad == 0 && loaded.n_sets == 0);
	assert_string_equal(loaded.set_id, ID);
	assert_string_equal(loaded.session->id, OTHER_ID);
	assert_int_equal(loaded.session->owner, 1000);
	assert_int_equal(loaded.session->started, 17);
	assert_int_equal(loaded.session->ended, 18);
	assert_true(loaded.session->exited && loaded.session->status == 255);
	assert_true(loaded.session->attached && loaded.session->removes_set);
	assert_true(loaded.session->signal == 0 && loaded.session->pid == 0);
	assert_int_equal(loaded.session->words_size, session.words_size);
	assert_memory_equal(loaded.session->words, session.words, session.words_size);
	loaded_done(&loaded);
	assert_int_equal(store_remove_session(store, OTHER_ID), 0);
	assert_false(exists("state/sessions/" OTHER_ID) ||
		     exists("state/sessions/" OTHER_ID ".status"));
	assert_int_equal(store_remove_session(store, OTHER_ID), 0);
	free(session.words);
	free(set.spec);
}

/* --- damage --- */

static void test_damaged(void **state _unused_)
{
	struct set set = make_set();
	static char data[8192], broken[8192];
	const char *why;
	size_t size;

	assert_int_equal(store_write_set(store, &set), 0);
	size = read_file("state/sets/" ID, data, sizeof(data));
	assert_true(size > HEADER_SIZE && size < sizeof(data));
	assert_int_equal(store_check(data, size, boot_id, &why), 0);
	for (size_t n = 0; n < size; n++) {
		/* in memory that ends there */
		char *cut = malloc(n ? n : 1);

		assert_non_null(cut);
		memcpy(cut, data, n);
		if (store_check(cut, n, boot_id, &why) != STORE_DAMAGED)
			fail_msg("cut to %zu bytes: unseen", n);
		free(cut);
	}
	for (size_t at = 0; at < size; at++)
		for (int bit = 0; bit < 8; bit++) {
			memcpy(broken, data, size);
			broken[at] = (char)(broken[at] ^ 1 << bit);
			if (store_check(broken, size, boot_id, &why) != STORE_DAMAGED)
				fail_msg("bit %d of byte %zu flipped: unseen", bit, at);
			assert_true(*why);
		}
	memcpy(broken, data, size);
	broken[size] = 0;
	assert_int_equal(store_check(broken, size + 1, boot_id, &why), STORE_DAMAGED);
	free(set.spec);
}

/* What is well signed and yet wrong: it is decoded without a crash, or refused. */
static void test_decode_damaged(void **state _unused_)
{
	struct set set = make_set(), *got;
	static char data[8192], broken[8192];
	char set_id[ID_SIZE];
	struct session *session;
	size_t size;

	assert_int_equal(store_write_set(store, &set), 0);
	size = read_file("state/sets/" ID, data, sizeof(data));
	for (size_t at = HEADER_SIZE; at < size; at++)
		for (int bit = 0; bit < 8; bit++) {
			int r;

			memcpy(broken, data, size);
			broken[at] = (char)(broken[at] ^ 1 << bit);
			r = store_decode_set(broken, size, ID, &got);
			assert_true(r == 0 || r == -EBADMSG);
			if (r == 0) {
				assert_true(name_is_valid(got->name));
				assert_string_equal(got->id, ID);
				free(got->spec);
				free(got);
			}
			/* a set's record as a session's */
			r = store_decode_session(broken, size, ID, &session, set_id);
			assert_true(r == 0 || r == -EBADMSG);
			if (r == 0) {
				free(session->words);
				free(session);
			}
		}
	free(set.spec);
}

enum damage {
	CUT,
	EMPTY,
	FLIPPED,
	VERSION,
	BOOT,
	OTHER_NAME,
	WRONG_NAME,
	NO_KINDS,
	LONG,
	LINK,
	DIRECTORY,
	DAMAGES,
};

static const struct {
	const char *why, *name;
	int outcome;
} damages[DAMAGES] = {
	[CUT] = {"its length or checksum is wrong", ID, STORE_DAMAGED},
	[EMPTY] = {"it is too short", ID, STORE_DAMAGED},
	[FLIPPED] = {"its length or checksum is wrong", ID, STORE_DAMAGED},
	[VERSION] = {"it is of a newer version of nsctld", ID, STORE_DAMAGED},
	[BOOT] = {"it is of another boot of the machine", ID, STORE_OLD_BOOT},
	[OTHER_NAME] = {"its record makes no sense", OTHER_ID, STORE_DAMAGED},
	[WRONG_NAME] = {"its record makes no sense", ID, STORE_DAMAGED},
	[NO_KINDS] = {"its record makes no sense", ID, STORE_DAMAGED},
	[LONG] = {"its length or checksum is wrong", ID, STORE_DAMAGED},
	[LINK] = {"it cannot be read", ID, STORE_DAMAGED},
	[DIRECTORY] = {"it cannot be read", ID, STORE_DAMAGED},
};

static void do_damage(enum damage damage, struct set *set)
{
	static const char path[] = "state/sets/" ID, other[] = "state/sets/" OTHER_ID;
	static char data[256 * 1024];
	size_t size;

	if (damage == WRONG_NAME)
		strcpy(set->name, "../x");
	if (damage == NO_KINDS)
		set->kinds = 0;
	assert_int_equal(store_write_set(store, set), 0);
	size = read_file(path, data, sizeof(data));
	if (damage == FLIPPED)
		data[size / 2] ^= 1;
	if (damage == VERSION)
		data[VERSION_AT]++;
	if (damage == BOOT)
		data[BOOT_AT] = data[BOOT_AT] == '0' ? '1' : '0';
	if (damage == VERSION || damage == BOOT)
		sign(data, size);
	if (damage == OTHER_NAME)
		assert_int_equal(renameat(runtime_fd, path, runtime_fd, other), 0);
	else if (damage <= BOOT || damage == LONG)
		write_file(path, data,
			   damage == CUT     ? size - 1
			   : damage == EMPTY ? 0
			   : damage == LONG  ? sizeof(data)
					     : size);
	if (damage == LINK) {
		assert_int_equal(renameat(runtime_fd, path, runtime_fd, "elsewhere"), 0);
		assert_int_equal(symlinkat("../../elsewhere", runtime_fd, path), 0);
	}
	if (damage == DIRECTORY) {
		assert_int_equal(store_remove_set(store, ID), 0);
		assert_int_equal(mkdirat(runtime_fd, path, 0700), 0);
	}
}

/* Found, said why, and out of the way: what is beside it is loaded all the same. */
static void test_set_aside(void **state)
{
	for (enum damage damage = 0; damage < DAMAGES; damage++) {
		struct set set = make_set(), good = make_set();
		struct loaded loaded;
		char aside[96];

		strcpy(good.id, "aaaaaaaaaaaaaaaa");
		strcpy(good.name, "good");
		assert_int_equal(store_write_set(store, &good), 0);
		do_damage(damage, &set);
		loaded = load();
		if (loaded.n_bad != 1 || loaded.outcome != damages[damage].outcome ||
		    strcmp(loaded.why, damages[damage].why) != 0)
			fail_msg("damage %d: %zu, %d: %s", damage, loaded.n_bad, loaded.outcome,
				 loaded.why);
		assert_string_equal(loaded.name, damages[damage].name);
		assert_string_equal(loaded.directory, "sets");
		assert_int_equal(loaded.n_sets, 1);
		assert_string_equal(loaded.set->name, "good");
		assert_int_equal(store_set_aside(store, loaded.directory, loaded.name), 0);
		snprintf(aside, sizeof(aside), "state/damaged/%s", loaded.name);
		assert_true(exists(aside));
		loaded_done(&loaded);
		loaded = load();
		assert_true(loaded.n_bad == 0 && loaded.n_sets == 1);
		loaded_done(&loaded);
		free(set.spec);
		free(good.spec);
		/* a store of its own for the next one */
		teardown(state);
		setup(state);
	}
}

/* What was being written when the daemon died is nothing, and does not stay. */
static void test_temporary(void **state _unused_)
{
	struct loaded loaded;

	write_file("state/sets/." ID, "half", 4);
	write_file("state/sessions/." ID, "", 0);
	loaded = load();
	assert_true(loaded.n_sets == 0 && loaded.n_sessions == 0 && loaded.n_bad == 0);
	assert_false(exists("state/sets/." ID) || exists("state/sessions/." ID));
}

/* A file system that is full: the old record is what is read, and nothing half is left. */
static void test_full(void **state _unused_)
{
	struct set set = make_set();
	struct rlimit limit, small;
	struct loaded loaded;
	int r;

	assert_int_equal(store_write_set(store, &set), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = (struct rlimit){.rlim_cur = HEADER_SIZE + 8, .rlim_max = limit.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	set.state = SET_BROKEN;
	r = store_write_set(store, &set);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(r, -EFBIG);
	assert_false(exists("state/sets/." ID));
	loaded = load();
	assert_true(loaded.n_sets == 1 && loaded.n_bad == 0);
	assert_int_equal(loaded.set->state, SET_READY);
	loaded_done(&loaded);
	free(set.spec);
}

static void test_purge(void **state _unused_)
{
	struct set set = make_set();

	assert_int_equal(store_write_set(store, &set), 0);
	write_file("state/sessions/" ID ".status", "", 0);
	write_file("state/damaged/" OTHER_ID, "x", 1);
	assert_int_equal(store_purge(store), 0);
	assert_false(exists("state"));
	free(set.spec);
}

/* Opened again, as after a restart: it is all there. */
static void test_reopen(void **state _unused_)
{
	struct set set = make_set();
	struct loaded loaded;

	assert_int_equal(store_write_set(store, &set), 0);
	store = store_close(store);
	assert_null(store_close(NULL));
	assert_int_equal(store_open(runtime_fd, &store), 0);
	assert_true(fcntl(store_sessions_fd(store), F_GETFD) & FD_CLOEXEC);
	loaded = load();
	check_same_set(loaded.set, &set);
	loaded_done(&loaded);
	free(set.spec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_set),	      TEST(test_by_connection),	 TEST(test_session),
		TEST(test_damaged),   TEST(test_decode_damaged), TEST(test_set_aside),
		TEST(test_temporary), TEST(test_full),		 TEST(test_purge),
		TEST(test_reopen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
