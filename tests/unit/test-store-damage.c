/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Damaged records: every truncation and every flipped bit is seen and set aside, and records of
 * another boot or another version are told apart.
 */
#include "base.h"
#include "tests/unit/store.h"

#define VERSION_AT 12
#define BOOT_AT 16
#define SIZE_AT 56
#define CHECKSUM_AT 60

/* Writes the checksum into a record: FNV-1a of all other bytes, as in store.c. */
static void sign(char *data, size_t size)
{
	uint32_t hash = 2166136261;

	for (size_t i = 0; i < size; i++)
		if (i < CHECKSUM_AT || i >= HEADER_SIZE)
			hash = (hash ^ (unsigned char)data[i]) * 16777619;
	memcpy(data + CHECKSUM_AT, &hash, sizeof(hash));
}

static void test_each_damage_is_noticed(void **state _unused_)
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
		/* a copy in memory of exactly this size, so that sanitizers notice reads beyond
		 * it */
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

/* A record with a right checksum and wrong contents is decoded without a crash, or refused. */
static void test_damaged_contents_are_decoded_without_harm(void **state _unused_)
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

/* A damaged record is found and set aside, with the reason; the others are loaded. */
static void test_damaged_record_is_set_aside(void **state)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_damage_is_noticed),
		TEST(test_damaged_contents_are_decoded_without_harm),
		TEST(test_damaged_record_is_set_aside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
