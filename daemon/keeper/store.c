/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include "daemon/keeper/store.h"
#include "daemon/wire/tables.h"

#define MAGIC "nsctl-state\n"
#define FILE_SIZE_MAX (128 * 1024)

struct store {
	int state_fd, sets_fd, sessions_fd, damaged_fd;
	char boot_id[40];
};

/* Before each record; no padding: all of it is checksummed. */
struct header {
	char magic[12];
	uint32_t version;
	char boot_id[40];
	uint32_t size;	   /* of the record behind */
	uint32_t checksum; /* of all before it, and of the record */
};

/* --- the records: numbers are for ever, like those of layout.c --- */

struct record_namespace {
	uint32_t kind_number;
	uint64_t inode, id;
};

struct record_set {
	uint32_t owner, gid;
	const char *name, *id;
	uint32_t state, kinds;
	uint64_t created, lease, expires;
	bool by_connection;
	struct record_namespace namespaces[KIND_COUNT];
	size_t n_namespaces;
	uint32_t init_pid;
	uint64_t init_start;
	struct wire_spec spec;
	bool run;
};

struct record_session {
	uint32_t owner;
	const char *id, *set_id;
	uint64_t started, ended;
	bool exited, attached, removes_set;
	uint32_t status, signal;
	struct wire_session words;
};

/* clang-format off: one row a line */

static const struct wire_field record_namespace_fields[] = {
	U32(1, record_namespace, kind_number, KIND_COUNT),
	U64(2, record_namespace, inode, 0),
	U64(3, record_namespace, id, 0),
};
static LAYOUT(record_namespace);

static const struct wire_field record_set_fields[] = {
	U32(1, record_set, owner, 0),
	U32(2, record_set, gid, 0),
	STRING(3, record_set, name, NAME_SIZE - 1),
	STRING(4, record_set, id, SESSION_SIZE - 1),
	U32(5, record_set, state, SET_BROKEN),
	U32(6, record_set, kinds, KIND_ALL),
	U64(7, record_set, created, 0),
	U64(8, record_set, lease, 0),
	U64(9, record_set, expires, 0),
	BOOL(10, record_set, by_connection),
	ARRAY(11, record_set, namespaces, record_namespace, KIND_COUNT),
	U32(12, record_set, init_pid, INT_MAX),
	U64(13, record_set, init_start, 0),
	NESTED(14, record_set, spec, wire_spec),
	BOOL(15, record_set, run),
};
static LAYOUT(record_set);

static const struct wire_field record_session_fields[] = {
	U32(1, record_session, owner, 0),
	STRING(2, record_session, id, SESSION_SIZE - 1),
	STRING(3, record_session, set_id, SESSION_SIZE - 1),
	U64(4, record_session, started, 0),
	U64(5, record_session, ended, 0),
	BOOL(6, record_session, exited),
	BOOL(7, record_session, attached),
	BOOL(8, record_session, removes_set),
	U32(9, record_session, status, 255),
	U32(10, record_session, signal, 64),
	NESTED(11, record_session, words, wire_session),
};
static LAYOUT(record_session);

/* clang-format on */

static uint32_t add_to_hash(uint32_t hash, const void *data, size_t size)
{
	const unsigned char *bytes = data;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 16777619;
	return hash;
}

/* FNV-1a: finds damage, not malice; the directory is root's. */
static uint32_t checksum(const struct header *header, const void *record)
{
	uint32_t hash = add_to_hash(2166136261, header, offsetof(struct header, checksum));

	return add_to_hash(hash, record, header->size);
}

/* --- files --- */

static int open_directory(int parent_fd, const char *name)
{
	int fd;

	if (mkdirat(parent_fd, name, 0700) < 0 && errno != EEXIST)
		return negative_errno();
	fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? negative_errno() : fd;
}

static int read_boot_id(char ret[static 40])
{
	_cleanup_fd_ int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, ret, 39);

	if (n < 0)
		return negative_errno();
	memset(ret + n, 0, 40 - n);
	ret[strcspn(ret, "\n")] = '\0';
	return 0;
}

int store_open(int runtime_fd, struct store **ret)
{
	struct store *store = malloc(sizeof(*store));
	int r;

	if (!store)
		return -ENOMEM;
	*store = (struct store){-1, -1, -1, -1, ""};
	r = read_boot_id(store->boot_id);
	if (r == 0)
		r = store->state_fd = open_directory(runtime_fd, "state");
	if (r >= 0)
		r = store->sets_fd = open_directory(store->state_fd, "sets");
	if (r >= 0)
		r = store->sessions_fd = open_directory(store->state_fd, "sessions");
	if (r >= 0)
		r = store->damaged_fd = open_directory(store->state_fd, "damaged");
	if (r < 0) {
		store_close(store);
		return r;
	}
	*ret = store;
	return 0;
}

struct store *store_close(struct store *store)
{
	if (!store)
		return NULL;
	close_fd(store->state_fd);
	close_fd(store->sets_fd);
	close_fd(store->sessions_fd);
	close_fd(store->damaged_fd);
	free(store);
	return NULL;
}

int store_sessions_fd(const struct store *store)
{
	return store->sessions_fd;
}

static int write_all(int fd, const void *data, size_t size)
{
	const char *at = data;

	while (size > 0) {
		ssize_t n = write(fd, at, size);

		if (n < 0 && errno != EINTR)
			return negative_errno();
		if (n > 0) {
			at += n;
			size -= n;
		}
	}
	return 0;
}

/* Under another name first: whoever reads finds the old record or the new one, whole. */
static int write_record(const struct store *store, int directory_fd, const char *name,
			const struct wire_layout *layout, const void *record)
{
	_cleanup_free_ void *packed = NULL;
	_cleanup_free_ char *file = NULL;
	struct header header = {.magic = MAGIC, .version = STORE_VERSION};
	char temporary[SESSION_SIZE + 8];
	size_t size;
	_cleanup_fd_ int fd = -1;
	int r = wire_pack(layout, record, &packed, &size);

	if (r < 0)
		return r;
	memcpy(header.boot_id, store->boot_id, sizeof(header.boot_id));
	header.size = size;
	header.checksum = checksum(&header, packed);
	file = malloc(sizeof(header) + size);
	if (!file)
		return -ENOMEM;
	memcpy(file, &header, sizeof(header));
	memcpy(file + sizeof(header), packed, size);
	snprintf(temporary, sizeof(temporary), ".%s", name);
	fd = openat(directory_fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		    0600);
	r = fd < 0 ? negative_errno() : write_all(fd, file, sizeof(header) + size);
	if (r == 0 && renameat(directory_fd, temporary, directory_fd, name) < 0)
		r = negative_errno();
	if (r < 0)
		unlinkat(directory_fd, temporary, 0);
	return r;
}

static int remove_record(int directory_fd, const char *name)
{
	return unlinkat(directory_fd, name, 0) < 0 && errno != ENOENT ? negative_errno() : 0;
}

/* --- sets --- */

static void fill_record(const struct set *set, struct record_set *ret)
{
	wire_clear(&record_set_layout, ret);
	ret->owner = set->owner;
	ret->gid = set->gid;
	ret->name = set->name;
	ret->id = set->id;
	ret->state = set->state;
	ret->kinds = set->kinds;
	ret->created = set->created;
	ret->lease = set->lease;
	ret->expires = set->expires;
	ret->init_pid = set->init_pid;
	ret->init_start = set->init_start;
	for (enum kind kind = 0; kind < KIND_COUNT; kind++)
		if (set->inodes[kind])
			ret->namespaces[ret->n_namespaces++] = (struct record_namespace){
				kind + 1, set->inodes[kind], set->ids[kind]};
	if (set->spec)
		wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &ret->spec);
	ret->by_connection = ret->spec.lease_connection;
	ret->run = set->run;
}

int store_write_set(struct store *store, const struct set *set)
{
	static struct record_set record;

	fill_record(set, &record);
	return write_record(store, store->sets_fd, set->id, &record_set_layout, &record);
}

int store_remove_set(struct store *store, const char *id)
{
	return remove_record(store->sets_fd, id);
}

/* What was written is checked again: nobody but root writes here, but disks and versions differ. */
static int set_from_record(const struct record_set *record, const char *file_name, struct set **ret)
{
	struct set *set;

	if (!record->name || !name_is_valid(record->name) || !record->id ||
	    strcmp(record->id, file_name) != 0 || !record->state || !record->kinds)
		return -EBADMSG;
	set = calloc(1, sizeof(*set));
	if (!set)
		return -ENOMEM;
	set->owner = record->owner;
	set->gid = record->gid;
	snprintf(set->name, sizeof(set->name), "%s", record->name);
	snprintf(set->id, sizeof(set->id), "%s", record->id);
	set->state = record->state;
	set->kinds = record->kinds;
	set->mapping = record->spec.mapping;
	set->visible = record->spec.visible;
	set->ip_netns = record->spec.ip_netns;
	set->run = record->run;
	set->created = record->created;
	set->lease = record->lease;
	set->expires = record->expires;
	set->init_pid = record->init_pid;
	set->init_start = record->init_start;
	for (size_t i = 0; i < record->n_namespaces; i++) {
		uint32_t number = record->namespaces[i].kind_number;

		if (number < 1)
			continue;
		set->inodes[number - 1] = record->namespaces[i].inode;
		set->ids[number - 1] = record->namespaces[i].id;
	}
	if (wire_pack(&wire_spec_layout, &record->spec, &set->spec, &set->spec_size) < 0) {
		free(set);
		return -ENOMEM;
	}
	*ret = set;
	return 0;
}

/* --- sessions --- */

int store_write_session(struct store *store, const struct session *session)
{
	static struct record_session record;

	wire_clear(&record_session_layout, &record);
	record.owner = session->owner;
	record.id = session->id;
	record.set_id = session->set ? session->set->id : NULL;
	record.started = session->started;
	record.ended = session->ended;
	record.exited = session->exited;
	record.attached = session->attached;
	record.removes_set = session->removes_set;
	record.status = session->status;
	record.signal = session->signal;
	if (session->words)
		wire_unpack(&wire_session_layout, session->words, session->words_size,
			    &record.words);
	return write_record(store, store->sessions_fd, session->id, &record_session_layout,
			    &record);
}

int store_remove_session(struct store *store, const char *id)
{
	char name[SESSION_SIZE + 16];
	int r = remove_record(store->sessions_fd, id);

	snprintf(name, sizeof(name), "%s.status", id);
	return r < 0 ? r : remove_record(store->sessions_fd, name);
}

static int session_from_record(const struct record_session *record, const char *file_name,
			       struct session **ret)
{
	struct session *session;

	if (!record->id || strcmp(record->id, file_name) != 0 || !record->set_id)
		return -EBADMSG;
	session = calloc(1, sizeof(*session));
	if (!session)
		return -ENOMEM;
	session->owner = record->owner;
	snprintf(session->id, sizeof(session->id), "%s", record->id);
	session->started = record->started;
	session->ended = record->ended;
	session->exited = record->exited;
	session->attached = record->attached;
	session->removes_set = record->removes_set;
	session->status = record->status;
	session->signal = record->signal;
	if (wire_pack(&wire_session_layout, &record->words, &session->words, &session->words_size) <
	    0) {
		free(session);
		return -ENOMEM;
	}
	*ret = session;
	return 0;
}

/* --- loading --- */

int store_check(const char *data, size_t size, const char *boot_id, const char **ret_why)
{
	struct header header;

	*ret_why = "it is too short";
	if (size < sizeof(header))
		return STORE_DAMAGED;
	memcpy(&header, data, sizeof(header));
	*ret_why = "it is not a state file of nsctld";
	if (memcmp(header.magic, MAGIC, sizeof(header.magic)) != 0)
		return STORE_DAMAGED;
	*ret_why = "it is of another version of nsctld";
	if (header.version != STORE_VERSION)
		return STORE_DAMAGED;
	*ret_why = "its length or checksum is wrong";
	if (header.size != size - sizeof(header) ||
	    header.checksum != checksum(&header, data + sizeof(header)) ||
	    strnlen(header.boot_id, sizeof(header.boot_id)) == sizeof(header.boot_id))
		return STORE_DAMAGED;
	*ret_why = "it is of another boot of the machine";
	return strcmp(header.boot_id, boot_id) == 0 ? 0 : STORE_OLD_BOOT;
}

/* Reads a whole file; *ret is to be freed. */
static int read_file(int directory_fd, const char *name, char **ret, size_t *ret_size)
{
	_cleanup_fd_ int fd = openat(directory_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	_cleanup_free_ char *data = malloc(FILE_SIZE_MAX);
	size_t used = 0;

	if (fd < 0)
		return negative_errno();
	if (!data)
		return -ENOMEM;
	while (used < FILE_SIZE_MAX) {
		ssize_t n = read(fd, data + used, FILE_SIZE_MAX - used);

		if (n < 0)
			return negative_errno();
		if (n == 0)
			break;
		used += n;
	}
	*ret = take_ptr(data);
	*ret_size = used;
	return 0;
}

int store_decode_set(const char *data, size_t size, const char *name, struct set **ret)
{
	static struct record_set record;
	_cleanup_free_ char *aligned = malloc(size - sizeof(struct header) + 1);

	if (!aligned)
		return -ENOMEM;
	memcpy(aligned, data + sizeof(struct header), size - sizeof(struct header));
	if (wire_unpack(&record_set_layout, aligned, size - sizeof(struct header), &record) < 0)
		return -EBADMSG;
	return set_from_record(&record, name, ret);
}

int store_decode_session(const char *data, size_t size, const char *name, struct session **ret,
			 char ret_set_id[static SESSION_SIZE])
{
	static struct record_session record;
	_cleanup_free_ char *aligned = malloc(size - sizeof(struct header) + 1);
	int r;

	if (!aligned)
		return -ENOMEM;
	memcpy(aligned, data + sizeof(struct header), size - sizeof(struct header));
	if (wire_unpack(&record_session_layout, aligned, size - sizeof(struct header), &record) < 0)
		return -EBADMSG;
	r = session_from_record(&record, name, ret);
	if (r == 0)
		snprintf(ret_set_id, SESSION_SIZE, "%s", record.set_id);
	return r;
}

/* Gives one file to whom it is for. */
static void load_one(struct store *store, bool is_set, const char *name,
		     const struct store_callbacks *callbacks, void *context)
{
	const char *directory = is_set ? "sets" : "sessions", *why = "it cannot be read";
	_cleanup_free_ char *data = NULL;
	char set_id[SESSION_SIZE];
	struct session *session;
	struct set *set;
	size_t size;
	int r = read_file(is_set ? store->sets_fd : store->sessions_fd, name, &data, &size);

	if (r == 0)
		r = store_check(data, size, store->boot_id, &why);
	if (r == 0) {
		why = "its record makes no sense";
		r = is_set ? store_decode_set(data, size, name, &set)
			   : store_decode_session(data, size, name, &session, set_id);
	}
	if (r)
		callbacks->bad(directory, name, r == STORE_OLD_BOOT ? r : STORE_DAMAGED, why,
			       context);
	else if (is_set)
		callbacks->set(set, set->spec && store_is_by_connection(set), context);
	else
		callbacks->session(session, set_id, context);
}

bool store_is_by_connection(const struct set *set)
{
	static struct wire_spec spec;

	return wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &spec) == 0 &&
	       spec.lease_connection;
}

static int load_directory(struct store *store, bool is_set, const struct store_callbacks *callbacks,
			  void *context)
{
	int fd = openat(is_set ? store->sets_fd : store->sessions_fd, ".",
			O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!directory) {
		close_fd(fd);
		return negative_errno();
	}
	while ((entry = readdir(directory))) {
		/* what was being written when the daemon died */
		if (entry->d_name[0] == '.' && entry->d_type == DT_REG)
			unlinkat(fd, entry->d_name, 0);
		else if (entry->d_name[0] != '.' && !strchr(entry->d_name, '.'))
			load_one(store, is_set, entry->d_name, callbacks, context);
	}
	closedir(directory);
	return 0;
}

int store_load(struct store *store, const struct store_callbacks *callbacks, void *context)
{
	int r = load_directory(store, true, callbacks, context);

	return r < 0 ? r : load_directory(store, false, callbacks, context);
}

int store_set_aside(struct store *store, const char *directory, const char *name)
{
	int fd = strcmp(directory, "sets") == 0 ? store->sets_fd : store->sessions_fd;

	return renameat(fd, name, store->damaged_fd, name) < 0 ? negative_errno() : 0;
}

static int empty_directory(int parent_fd, const char *name)
{
	int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!directory) {
		close_fd(fd);
		return errno == ENOENT ? 0 : negative_errno();
	}
	while ((entry = readdir(directory)))
		if (entry->d_type == DT_REG)
			unlinkat(fd, entry->d_name, 0);
	closedir(directory);
	return unlinkat(parent_fd, name, AT_REMOVEDIR) < 0 ? negative_errno() : 0;
}

int store_purge(struct store *store)
{
	static const char *const names[] = {"sets", "sessions", "damaged"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		int r = empty_directory(store->state_fd, names[i]);

		if (r < 0)
			return r;
	}
	return unlinkat(store->state_fd, "../state", AT_REMOVEDIR) < 0 ? negative_errno() : 0;
}
