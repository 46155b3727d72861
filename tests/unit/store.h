/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A store in a directory of its own for each test, and the result of loading it. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base.h"
#include "daemon/keeper/state/store.h"
#include "tests/unit/tree.h"

#define ID "0123456789abcdef"
#define OTHER_ID "fedcba9876543210"
#define HEADER_SIZE 64
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* The result of loading. */
struct loaded {
	struct set *set;
	struct session *session;
	struct link *link;
	bool by_connection;
	char set_id[ID_SIZE], ids[2][ID_SIZE];
	size_t n_sets, n_sessions, n_bad;
	int outcome;
	char why[128], directory[16], name[64];
};

static char directory[] = "/tmp/nsctl-test-store-XXXXXX";
static int runtime_fd = -1;
static struct store *store;
static char boot_id[40];

static int setup(void **state _unused_)
{
	_cleanup_file_ FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	assert_true(file && fscanf(file, "%39s", boot_id) == 1);
	strcpy(directory + sizeof(directory) - 7, "XXXXXX");
	assert_non_null(mkdtemp(directory));
	runtime_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(runtime_fd >= 0);
	assert_int_equal(store_open(runtime_fd, &store), 0);
	return 0;
}

static int teardown(void **state _unused_)
{
	store = store_close(store);
	runtime_fd = close_fd(runtime_fd);
	return tree_remove(directory);
}

/* --- files and records --- */

static inline size_t read_file(const char *name, char *data, size_t size)
{
	int fd = openat(runtime_fd, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, data, size);

	assert_true(fd >= 0 && n >= 0);
	close(fd);
	return (size_t)n;
}

static inline void write_file(const char *name, const char *data, size_t size)
{
	int fd = openat(runtime_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	close(fd);
}

static inline bool exists(const char *name)
{
	return faccessat(runtime_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static inline struct set make_set(void)
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
		.traces = {.visible = true, .ip_netns = true},
		.run = true,
		.created = 1700000000000000,
		.lease = {.span = 90000000,
			  .span_expires = 123456789,
			  .idle = 60000000,
			  .idle_expires = 123456788,
			  .pid = 4712,
			  .start = 99887767,
			  .watcher_pid = 4713,
			  .watcher_start = 99887768,
			  .connection = 7},
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
	spec.traces.visible = spec.traces.ip_netns = true;
	spec.lease.span = set.lease.span;
	spec.lease.idle = set.lease.idle;
	spec.lease.pid = set.lease.pid;
	spec.lease.start = set.lease.start;
	spec.lease.pipe = true;
	spec.lease.watcher_pid = set.lease.watcher_pid;
	spec.lease.watcher_start = set.lease.watcher_start;
	spec.n_mounts = 1;
	spec.mounts[0] = (struct spec_mount){
		.type = MOUNT_BIND, .target = "/mnt", .source = "/srv", .source_fd = 3};
	spec.n_labels = 1;
	spec.labels[0] = (struct spec_label){"job", "17"};
	assert_int_equal(wire_pack(&wire_spec_layout, &spec, &set.spec, &set.spec_size), 0);
	return set;
}

/* --- loading --- */

static void on_set(struct set *set, bool by_connection, void *context)
{
	struct loaded *loaded = context;

	loaded->n_sets++;
	if (loaded->set)
		free(loaded->set->spec);
	free(loaded->set);
	loaded->set = set;
	loaded->by_connection = by_connection;
}

static void on_link(struct link *link, char ids[2][ID_SIZE], void *context)
{
	struct loaded *loaded = context;

	loaded->link = link;
	memcpy(loaded->ids, ids, sizeof(loaded->ids));
}

static void on_session(struct session *session, const char *set_id, void *context)
{
	struct loaded *loaded = context;

	loaded->n_sessions++;
	loaded->session = session;
	snprintf(loaded->set_id, sizeof(loaded->set_id), "%s", set_id);
}

static void on_bad(const char *where, const char *name, int outcome, const char *why, void *context)
{
	struct loaded *loaded = context;

	loaded->n_bad++;
	loaded->outcome = outcome;
	snprintf(loaded->why, sizeof(loaded->why), "%s", why);
	snprintf(loaded->directory, sizeof(loaded->directory), "%s", where);
	snprintf(loaded->name, sizeof(loaded->name), "%s", name);
}

/* Gives the session the words of its command, which the caller frees. */
static inline void give_words(struct session *session)
{
	struct wire_session wire;

	wire_clear(&wire_session_layout, &wire);
	wire.n_words = 2;
	wire.words[0].text = "sleep";
	assert_int_equal(
		wire_pack(&wire_session_layout, &wire, &session->words, &session->words_size), 0);
}

static inline struct loaded load(void)
{
	static const struct store_callbacks callbacks = {on_set, on_link, on_session, on_bad};
	struct loaded loaded = {};

	assert_int_equal(store_load(store, &callbacks, &loaded), 0);
	return loaded;
}

static inline void loaded_done(struct loaded *loaded)
{
	if (loaded->set)
		free(loaded->set->spec);
	free(loaded->set);
	if (loaded->session)
		free(loaded->session->words);
	free(loaded->session);
	if (loaded->link)
		free(loaded->link->wire);
	free(loaded->link);
}
