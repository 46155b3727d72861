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

/* --- samples of the present version: every field has a value --- */

static void fill_end(struct wire_end *end)
{
	end->mac = "02:00:00:00:00:01";
	end->addresses[end->n_addresses++].text = "10.0.0.2/24";
	end->has_addresses = true;
	end->gateway = "10.0.0.1";
	end->mtu = 1400;
	end->up = SWITCH_OFF;
	end->impairment = (struct wire_impairment){.given = IMPAIR_ALL,
						   .delay = 1,
						   .jitter = 2,
						   .loss = 3,
						   .duplicate = 4,
						   .corrupt = 5,
						   .reorder = 6,
						   .rate = IMPAIR_RATE_MIN,
						   .limit = 7};
	end->second_gateway = "fd00::1";
	end->routes[end->n_routes++] = (struct wire_route){.destination = "10.9.0.0/16",
							   .via = "10.0.0.1",
							   .source = "10.0.0.2",
							   .metric = 8,
							   .onlink = true};
	end->has_routes = true;
	end->aliases[end->n_aliases++].name = "db.example";
	end->has_aliases = true;
}

static void fill_spec(struct wire_spec *spec)
{
	wire_clear(&wire_spec_layout, spec);
	spec->given = true;
	spec->kinds = KIND_ALL;
	spec->mapping = MAPPING_CUSTOM;
	spec->uid_map = (struct wire_map){{{0, 61000, 1}, {1, 200000, 65536}}, 2};
	spec->gid_map = (struct wire_map){{{0, 61000, 1}}, 1};
	spec->hostname = "box.example";
	spec->propagation = PROPAGATION_SHARED;
	spec->mount_proc = SWITCH_ON;
	spec->n_mounts = 3;
	spec->mounts[0] = (struct spec_mount){
		.type = MOUNT_BIND, .target = "/mnt", .source = "/srv", .read_only = true};
	spec->mounts[1] = (struct spec_mount){
		.type = MOUNT_TMPFS, .target = "/run", .size = 4096, .mode = 01777};
	spec->mounts[2] = (struct spec_mount){.type = MOUNT_OVERLAY, .target = "/"};
	spec->root_path = "/srv/root";
	spec->has_monotonic = spec->has_boottime = true;
	spec->monotonic = -1;
	spec->boottime = 1000000;
	spec->lease.span = 90000000;
	spec->lease.connection = true;
	spec->lease.pid = 4712;
	spec->lease.start = 99887767;
	spec->lease.pipe = true;
	spec->lease.watcher_pid = 4713;
	spec->lease.watcher_start = 99887768;
	spec->lease.idle = 60000000;
	spec->sysctls[spec->n_sysctls++] = (struct spec_sysctl){"net.ipv4.ip_forward", "1"};
	spec->boot = true;
	spec->memory = 4096;
	spec->tasks = 8;
	spec->cpu_thousandths = 500;
	spec->traces.visible = spec->traces.ip_netns = true;
	spec->n_labels = 2;
	spec->labels[0] = (struct spec_label){"job", "17"};
	spec->labels[1] = (struct spec_label){"empty", NULL};
	spec->n_links = 1;
	spec->links[0].name = "uplink";
	spec->links[0].peer.where = END_NETWORK;
	spec->links[0].peer.name = "lan";
	spec->links[0].end.interface = "eth0";
	fill_end(&spec->links[0].end);
	spec->egress = true;
	spec->dns[spec->n_dns++].text = "10.0.0.53";
	spec->dns_search[spec->n_dns_search++].domain = "example.org";
	spec->dns_options[spec->n_dns_options++].text = "ndots:2";
	spec->hosts[spec->n_hosts++] = (struct spec_host){"db", "10.0.0.5"};
	spec->own_shm = SWITCH_OFF;
	spec->caller_cgroup = true;
	spec->publish[spec->n_publish++] = (struct spec_publish){
		PUBLISH_UDP, "10.1.0.1", 8080, 80, .last_host_port = 8090, .chosen = true};
}

static void write_sets(void)
{
	static struct wire_spec spec;
	const struct wire_network lan = {.name = "lan",
					 .owner = 1000,
					 .subnets = {{"10.0.0.0/24"}, {"fd00::/64"}},
					 .n_subnets = 2,
					 .egress = true,
					 .dns = {{"10.0.0.53"}},
					 .n_dns = 1,
					 .created = 5,
					 .boot = true,
					 .lease = {.process_fd = -1, .pipe_fd = -1}};
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
			  .created = 1700000000000000,
			  .lease = 90000000,
			  .lease_expires = 123456789,
			  .idle_expires = 123456790,
			  .init_pid = 4711,
			  .init_start = 99887766};
	static struct wire_spec boot_links;

	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		set.inodes[kind] = 4026532001 + kind;
		set.ids[kind] = UINT64_C(0x100000001) + kind;
	}
	fill_spec(&spec);
	assert_int_equal(wire_pack(&wire_spec_layout, &spec, &set.spec, &set.spec_size), 0);
	wire_clear(&wire_spec_layout, &boot_links);
	boot_links.given = true;
	boot_links.n_links = spec.n_links;
	memcpy(boot_links.links, spec.links, sizeof(boot_links.links));
	assert_int_equal(
		wire_pack(&wire_spec_layout, &boot_links, &set.boot_links, &set.boot_links_size),
		0);
	assert_int_equal(store_write_set(store, &set), 0);
	assert_int_equal(wire_pack(&wire_network_layout, &lan, &set.network, &set.network_size), 0);
	strcpy(set.name, "+lan");
	strcpy(set.id, NETWORK_ID);
	assert_int_equal(store_write_set(store, &set), 0);
	free(set.network);
	free(set.boot_links);
	free(set.spec);
}

static void write_link(void)
{
	struct set box = {.id = SET_ID}, lan = {.id = NETWORK_ID};
	struct wire_link wire = {.name = "uplink", .has_owner = true, .owner = 1000, .created = 6};
	struct link link = {.owner = 1000,
			    .name = "uplink",
			    .id = LINK_ID,
			    .state = LINK_READY,
			    .group = "00000000000000c1",
			    .egress = true,
			    .ends = {&box, &lan}};

	wire.a = (struct wire_end){.where = END_SET, .name = "box", .interface = "eth0"};
	wire.b = (struct wire_end){.where = END_NETWORK, .name = "+lan", .interface = "port0"};
	fill_end(&wire.a);
	fill_end(&wire.b);
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

/* Bit i of rows: row i of the layout has a value somewhere in the sample. */
struct filled {
	const struct wire_layout *layout; /* NULL: end of the array */
	uint64_t rows;
};

static struct filled *get_filled(struct filled *all, const struct wire_layout *layout)
{
	while (all->layout && all->layout != layout)
		all++;
	all->layout = layout;
	return all;
}

static void note_values(struct filled *all, const struct wire_layout *layout, const char *value)
{
	for (size_t i = 0; i < layout->n; i++) {
		const struct wire_field *row = &layout->fields[i];
		size_t n = row->type == WIRE_NESTED  ? 1
			   : row->type == WIRE_ARRAY ? *(const size_t *)(value + row->count_offset)
						     : 0;

		if (!wire_is_default(row, value))
			get_filled(all, layout)->rows |= UINT64_C(1) << i;
		for (size_t j = 0; j < n; j++)
			note_values(all, row->layout, value + row->offset + j * row->layout->size);
	}
}

/* Returns true if records never contain the field: a descriptor, or the present state of an end. */
static bool is_transient(const struct wire_layout *layout, const struct wire_field *row)
{
	return (row->type >= WIRE_FD && row->type <= WIRE_PIPE) ||
	       (layout == &wire_end_layout && (row->offset == offsetof(struct wire_end, state) ||
					       row->offset == offsetof(struct wire_end, lacks)));
}

/* Checks that a field that is added to specifications gets a value in the sample. */
static void test_full(void **state _unused_)
{
	static struct wire_spec spec;
	struct filled all[64] = {};

	fill_spec(&spec);
	note_values(all, &wire_spec_layout, (const char *)&spec);
	for (const struct filled *at = all; at->layout; at++)
		for (size_t i = 0; i < at->layout->n; i++) {
			const struct wire_field *row = &at->layout->fields[i];

			if (!(at->rows & UINT64_C(1) << i) && !is_transient(at->layout, row))
				fail_msg("the sample has no value for \"%s\", attribute %u",
					 row->json ? row->json : "", row->attribute);
		}
}

static void test_write_samples(void **state _unused_)
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
	free(set->network);
	free(set->boot_links);
	free(set->spec);
	free(set->wall);
	free(set->above);
	free(set->callers_cgroup);
	free(set);
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

static void test_every_version(void **state _unused_)
{
	for (uint32_t version = 1; version <= STORE_VERSION; version++)
		assert_true(check_version(version) >= 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_full),
		TEST(test_write_samples),
		TEST(test_every_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
