/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records of earlier versions of nsctld are read: tests/samples/state/vN has files that version N
 * wrote, which are never changed. A record that is read and written again has the same bytes,
 * because nothing ever gets another encoding (docs/adr/0006-versions-of-state.md).
 *
 * With NSCTL_WRITE_SAMPLES=DIR in the environment it writes the present version's samples there.
 */
#include <dirent.h>
#include "daemon/keeper/state/store-record.h"
#include "tests/unit/source.h"
#include "tests/unit/store.h"

#define SAMPLES "tests/samples/state"
#define HEADER_SIZE 64
#define VERSION_AT 12
#define BOOT_AT 16
#define SAMPLE_SIZE_MAX 65536
#define SET_ID "00000000000000a1"
#define NETWORK_ID "00000000000000a2"
#define LINK_ID "00000000000000b1"
#define SESSION_ID "00000000000000c1"

/* --- samples of the present version, in which every field of a specification, a link and a
 * network has a value --- */

/* A large number of the row's type and range. */
static uint64_t choose_number(const struct wire_field *row)
{
	uint64_t most = row->type == WIRE_U32 ? UINT32_MAX : INT64_MAX;

	return row->limit ? MIN(row->limit, most) : most;
}

/*
 * Gives each field of *value a value, by its row, so that a new row changes nothing here. Records
 * never contain descriptors: those stay -1, as wire_clear() has set them.
 */
static void fill(const struct wire_layout *layout, void *value)
{
	for (size_t i = 0; i < layout->n; i++) {
		const struct wire_field *row = &layout->fields[i];
		char *field = (char *)value + row->offset;

		switch ((enum wire_type)row->type) {
		case WIRE_BOOL:
			*(bool *)field = true;
			break;
		case WIRE_U32:
			*(uint32_t *)field = choose_number(row);
			break;
		case WIRE_U64:
		case WIRE_I64:
			*(uint64_t *)field = choose_number(row);
			break;
		case WIRE_STRING:
			*(const char **)field = "x";
			break;
		case WIRE_ARRAY:
			*(size_t *)((char *)value + row->count_offset) = 1;
			wire_clear(row->layout, field);
			fill(row->layout, field);
			break;
		case WIRE_NESTED:
			fill(row->layout, field);
			break;
		case WIRE_FD:
		case WIRE_HANDLE:
		case WIRE_PROCESS:
		case WIRE_PIPE:
			break;
		}
	}
}

static void write_sets(void)
{
	static struct wire_spec spec;
	static struct wire_network lan;
	struct set set = {.owner = 1000,
			  .gid = 100,
			  .name = "box",
			  .id = SET_ID,
			  .state = SET_READY,
			  .group = "00000000000000c1",
			  .kinds = KIND_ALL,
			  .run = true,
			  .adopted = true,
			  .above = (char *)"00000000000000d1/set-00000000000000d2",
			  .wall = (char *)"mnt:4026532601 root:12884901890:0:31:2",
			  .callers_cgroup = (char *)"../system.slice/a.service",
			  .callers_inode = 4714,
			  .egress.named = 4715,
			  .created = 1700000000000000,
			  .lease.span = 90000000,
			  .lease.span_expires = 123456789,
			  .lease.idle_expires = 123456790,
			  .init_pid = 4711,
			  .init_start = 99887766};
	static struct wire_spec boot_links;

	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		set.inodes[kind] = 4026532001 + kind;
		set.ids[kind] = UINT64_C(0x100000001) + kind;
	}
	wire_clear(&wire_spec_layout, &spec);
	fill(&wire_spec_layout, &spec);
	spec.mounts[0].source = "/srv";
	spec.labels[0].value = "17";
	assert_int_equal(wire_pack(&wire_spec_layout, &spec, &set.spec, &set.spec_size), 0);
	wire_clear(&wire_spec_layout, &boot_links);
	boot_links.given = true;
	boot_links.n_links = spec.n_links;
	memcpy(boot_links.links, spec.links, sizeof(boot_links.links));
	assert_int_equal(
		wire_pack(&wire_spec_layout, &boot_links, &set.boot.links, &set.boot.links_size),
		0);
	assert_int_equal(store_write_set(store, &set), 0);
	wire_clear(&wire_network_layout, &lan);
	fill(&wire_network_layout, &lan);
	assert_int_equal(wire_pack(&wire_network_layout, &lan, &set.network, &set.network_size), 0);
	strcpy(set.name, "+lan");
	strcpy(set.id, NETWORK_ID);
	assert_int_equal(store_write_set(store, &set), 0);
	free(set.network);
	free(set.boot.links);
	free(set.spec);
}

static void write_link(void)
{
	struct set box = {.id = SET_ID}, lan = {.id = NETWORK_ID};
	struct wire_link wire;
	struct link link = {.owner = 1000,
			    .name = "uplink",
			    .id = LINK_ID,
			    .state = LINK_READY,
			    .group = "00000000000000c1",
			    .egress = true,
			    .ends = {&box, &lan}};

	wire_clear(&wire_link_layout, &wire);
	fill(&wire_link_layout, &wire);
	wire.name = "uplink";
	wire.a.addresses[0].text = "10.0.0.2/24";
	assert_int_equal(wire_pack(&wire_link_layout, &wire, &link.wire, &link.wire_size), 0);
	assert_int_equal(store_write_link(store, &link), 0);
	free(link.wire);
}

static void write_session(void)
{
	struct set box = {.id = SET_ID};
	struct session session = {.set = &box,
				  .owner = 1000,
				  .id = SESSION_ID,
				  .started = 17,
				  .ended = 18,
				  .exited = true,
				  .status = 255,
				  .signal = 9,
				  .attached = true,
				  .removes_set = true};

	give_words(&session);
	assert_int_equal(store_write_session(store, &session), 0);
	free(session.words);
}

static void copy_file(const char *class, const char *name, const char *to)
{
	static char data[SAMPLE_SIZE_MAX];
	char path[PATH_MAX];
	_cleanup_fd_ int from_fd = -1, to_fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "state/%s/%s", class, name);
	from_fd = openat(runtime_fd, path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "%s/%s-%s", to, class, name);
	to_fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	assert_true(from_fd >= 0 && to_fd >= 0);
	n = read(from_fd, data, sizeof(data));
	assert_true(n > 0);
	assert_int_equal(write(to_fd, data, n), n);
}

static void test_samples_are_written_if_asked_for(void **state _unused_)
{
	const char *to = getenv("NSCTL_WRITE_SAMPLES");

	if (!to)
		return;
	write_sets();
	write_link();
	write_session();
	copy_file("sets", SET_ID, to);
	copy_file("sets", NETWORK_ID, to);
	copy_file("links", LINK_ID, to);
	copy_file("sessions", SESSION_ID, to);
}

/* --- reading them --- */

/* A sample: its class and id are its file's name. */
struct sample {
	char name[64];
	char data[SAMPLE_SIZE_MAX];
	size_t size;
};

static void expect_same(const struct sample *sample, const struct wire_layout *layout,
			const void *record)
{
	void *packed;
	size_t size;

	assert_int_equal(wire_pack(layout, record, &packed, &size), 0);
	if (size != sample->size - HEADER_SIZE ||
	    memcmp(packed, sample->data + HEADER_SIZE, size) != 0)
		fail_msg("%s is written again as something else", sample->name);
	free(packed);
}

static void check_set(const struct sample *sample, const char *id)
{
	static struct record_set record;
	struct set *set;

	assert_int_equal(store_decode_set(sample->data, sample->size, id, &set), 0);
	assert_string_equal(set_shown_name(set), set_is_network(set) ? "lan" : "box");
	assert_true(set->owner == 1000 && set->gid == 100 && set->state == SET_READY);
	assert_true(set->inodes[KIND_NET] == 4026532001 + KIND_NET && set->init_pid == 4711);
	record_from_set(set, &record);
	assert_string_equal(record.spec.mounts[0].source, "/srv");
	assert_string_equal(record.spec.labels[0].value, "17");
	expect_same(sample, &record_set_layout, &record);
	registry_free_set(set);
}

static void check_link(const struct sample *sample, const char *id)
{
	static struct record_link record;
	char ids[2][ID_SIZE];
	struct set ends[2] = {};
	struct link *link;

	assert_int_equal(store_decode_link(sample->data, sample->size, id, &link, ids), 0);
	assert_string_equal(link->name, "uplink");
	assert_string_equal(ids[0], SET_ID);
	assert_string_equal(ids[1], NETWORK_ID);
	for (int i = 0; i < 2; i++) {
		memcpy(ends[i].id, ids[i], ID_SIZE);
		link->ends[i] = &ends[i];
	}
	record_from_link(link, &record);
	assert_string_equal(record.wire.a.addresses[0].text, "10.0.0.2/24");
	expect_same(sample, &record_link_layout, &record);
	free(link->wire);
	free(link);
}

static void check_session(const struct sample *sample, const char *id)
{
	static struct record_session record;
	struct session *session;
	struct set set = {};

	assert_int_equal(store_decode_session(sample->data, sample->size, id, &session, set.id), 0);
	assert_true(session->status == 255 && session->ended == 18);
	session->set = &set;
	record_from_session(session, &record);
	assert_string_equal(record.words.words[0].text, "sleep");
	expect_same(sample, &record_session_layout, &record);
	free(session->words);
	free(session);
}

static void check_sample(const struct sample *sample, uint32_t version)
{
	const char *dash = strchr(sample->name, '-'), *why;
	uint32_t written;

	assert_non_null(dash);
	memcpy(&written, sample->data + VERSION_AT, sizeof(written));
	assert_int_equal(written, version);
	if (store_check(sample->data, sample->size, sample->data + BOOT_AT, &why) != 0)
		fail_msg("v%u/%s: %s", version, sample->name, why);
	if (strncmp(sample->name, "sets-", 5) == 0)
		check_set(sample, dash + 1);
	else if (strncmp(sample->name, "links-", 6) == 0)
		check_link(sample, dash + 1);
	else
		check_session(sample, dash + 1);
}

static size_t check_version(uint32_t version)
{
	static struct sample sample;
	struct dirent *entry;
	char path[PATH_MAX];
	size_t n = 0;
	DIR *samples;

	snprintf(path, sizeof(path), SAMPLES "/v%u", version);
	samples = opendir(source_path(path));
	if (!samples)
		fail_msg("%s: %s", path, strerror(errno));
	while ((entry = readdir(samples))) {
		_cleanup_fd_ int fd = -1;
		ssize_t size;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(sample.name, sizeof(sample.name), "%.60s", entry->d_name);
		fd = openat(dirfd(samples), entry->d_name, O_RDONLY | O_CLOEXEC);
		size = read(fd, sample.data, sizeof(sample.data));
		assert_true(size > HEADER_SIZE);
		sample.size = size;
		check_sample(&sample, version);
		n++;
	}
	closedir(samples);
	return n;
}

static void test_records_of_each_version_are_read(void **state _unused_)
{
	for (uint32_t version = 1; version <= STORE_VERSION; version++)
		assert_true(check_version(version) >= 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_samples_are_written_if_asked_for),
		TEST(test_records_of_each_version_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
