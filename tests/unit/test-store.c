/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* store.c in a directory of its own: records that are written are read back. */
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
	assert_int_equal(got->traces.visible, set->traces.visible);
	assert_int_equal(got->traces.ip_netns, set->traces.ip_netns);
	assert_int_equal(got->run, set->run);
	assert_int_equal(got->created, set->created);
	assert_int_equal(got->lease.span, set->lease.span);
	assert_int_equal(got->lease.span_expires, set->lease.span_expires);
	assert_int_equal(got->lease.idle, set->lease.idle);
	assert_int_equal(got->lease.idle_expires, set->lease.idle_expires);
	assert_int_equal(got->lease.expires, set_next_expiry(set));
	assert_int_equal(got->lease.pid, set->lease.pid);
	assert_int_equal(got->lease.start, set->lease.start);
	assert_int_equal(got->lease.watcher_pid, set->lease.watcher_pid);
	assert_int_equal(got->lease.watcher_start, set->lease.watcher_start);
	/* a connection of another keeper means nothing */
	assert_int_equal(got->lease.connection, 0);
	assert_int_equal(got->init_pid, set->init_pid);
	assert_int_equal(got->init_start, set->init_start);
	assert_memory_equal(got->inodes, set->inodes, sizeof(set->inodes));
	assert_memory_equal(got->ids, set->ids, sizeof(set->ids));
	assert_int_equal(got->spec_size, set->spec_size);
	assert_memory_equal(got->spec, set->spec, set->spec_size);
	assert_true(!got->frozen && !got->sessions && !got->work);
}

static void test_set_comes_back_as_it_was(void **state _unused_)
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

static void test_set_with_a_lease_by_connection_is_recognised(void **state _unused_)
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

static void test_session_comes_back_as_it_was(void **state _unused_)
{
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

	give_words(&session);
	assert_int_equal(store_write_session(store, &session), 0);
	/* the runner's file beside it is not a record */
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

/* A file that was being written when the daemon died is ignored and removed. */
static void test_temporary_file_is_removed(void **state _unused_)
{
	struct loaded loaded;

	write_file("state/sets/." ID, "half", 4);
	write_file("state/sessions/." ID, "", 0);
	loaded = load();
	assert_true(loaded.n_sets == 0 && loaded.n_sessions == 0 && loaded.n_bad == 0);
	assert_false(exists("state/sets/." ID) || exists("state/sessions/." ID));
}

/* On a full file system the old record stays, and no half record is left. */
static void test_full_file_system_keeps_the_old_record(void **state _unused_)
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

static void test_purge_removes_all_records(void **state _unused_)
{
	struct set set = make_set();

	assert_int_equal(store_write_set(store, &set), 0);
	write_file("state/sessions/" ID ".status", "", 0);
	write_file("state/damaged/" OTHER_ID, "x", 1);
	assert_int_equal(store_purge(store), 0);
	assert_false(exists("state"));
	free(set.spec);
}

/* After the store is opened again, as by a restart, all records are there. */
static void test_records_are_there_after_a_restart(void **state _unused_)
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
		TEST(test_set_comes_back_as_it_was),
		TEST(test_set_with_a_lease_by_connection_is_recognised),
		TEST(test_session_comes_back_as_it_was),

		TEST(test_temporary_file_is_removed),
		TEST(test_full_file_system_keeps_the_old_record),
		TEST(test_purge_removes_all_records),
		TEST(test_records_are_there_after_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
