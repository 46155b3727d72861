/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/state/store-file.h"
#include "daemon/keeper/state/store-record.h"
#include "daemon/wire/fnv.h"

const char *const store_directories[CLASS_COUNT] = {"sets", "links", "sessions"};

uint32_t store_checksum(const struct store_header *header, const void *record)
{
	uint32_t hash = fnv_add(FNV_START, header, offsetof(struct store_header, checksum));

	return fnv_add(hash, record, header->size);
}

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

/* Opens a store in the directory state_fd, which it takes. lasting: this is the store for the next
 * boot. Returns 0 or -errno. */
static int open_in(int state_fd, bool lasting, struct store **ret)
{
	struct store *store = malloc(sizeof(*store));
	int r;

	if (!store) {
		close_fd(state_fd);
		return -ENOMEM;
	}
	*store = (struct store){
		.state_fd = state_fd, .damaged_fd = -1, .applying_fd = -1, .lasting = lasting};
	memset(store->fds, -1, sizeof(store->fds));
	r = read_boot_id(store->boot_id);
	for (enum store_class class = 0; r >= 0 && class < store_n_classes(store); class ++)
		r = store->fds[class] = open_directory(store->state_fd, store_directories[class]);
	if (r >= 0)
		r = store->damaged_fd = open_directory(store->state_fd, "damaged");
	if (r >= 0 && !lasting)
		r = store->applying_fd = open_directory(store->state_fd, "applying");
	if (r < 0) {
		store_close(store);
		return r;
	}
	*ret = store;
	return 0;
}

/* Removes RUNTIME/state and the directories in it, if they are empty. */
static void remove_empty(int runtime_fd)
{
	char path[64];

	for (enum store_class class = 0; class < CLASS_COUNT; class ++) {
		snprintf(path, sizeof(path), "state/%s", store_directories[class]);
		(void)unlinkat(runtime_fd, path, AT_REMOVEDIR);
	}
	(void)unlinkat(runtime_fd, "state/damaged", AT_REMOVEDIR);
	(void)unlinkat(runtime_fd, "state/applying", AT_REMOVEDIR);
	(void)unlinkat(runtime_fd, "state", AT_REMOVEDIR);
}

int store_open(int runtime_fd, struct store **ret)
{
	int fd = open_directory(runtime_fd, "state");
	int r = fd < 0 ? fd : open_in(fd, false, ret);

	if (r < 0)
		remove_empty(runtime_fd);
	return r;
}

int store_open_lasting(const char *path, struct store **ret)
{
	_cleanup_fd_ int fd = open_directory(AT_FDCWD, path);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return negative_errno();
	/* an owner of this directory could have sets made in any user's name */
	if (st.st_uid != 0)
		return -EPERM;
	if (st.st_mode & 077 && fchmod(fd, 0700) < 0)
		return negative_errno();
	return open_in(take_fd(&fd), true, ret);
}

struct store *store_close(struct store *store)
{
	if (!store)
		return NULL;
	close_fd(store->state_fd);
	for (enum store_class class = 0; class < CLASS_COUNT; class ++)
		close_fd(store->fds[class]);
	close_fd(store->damaged_fd);
	close_fd(store->applying_fd);
	free(store);
	return NULL;
}

int store_sessions_fd(const struct store *store)
{
	return store->fds[SESSIONS];
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

/* Writes a record to a new file, which stays open as *ret_fd. Returns 0, or -errno after removing
 * the file. */
static int write_file(const struct store *store, int directory_fd, const char *temporary,
		      const struct wire_layout *layout, const void *record, int *ret_fd)
{
	_cleanup_free_ void *packed = NULL;
	_cleanup_free_ char *file = NULL;
	struct store_header header = {.magic = STORE_MAGIC, .version = STORE_VERSION};
	size_t size;
	_cleanup_fd_ int fd = -1;
	int r = wire_pack(layout, record, &packed, &size);

	if (r < 0)
		return r;
	memcpy(header.boot_id, store->boot_id, sizeof(header.boot_id));
	header.size = size;
	header.checksum = store_checksum(&header, packed);
	file = malloc(sizeof(header) + size);
	if (!file)
		return -ENOMEM;
	memcpy(file, &header, sizeof(header));
	memcpy(file + sizeof(header), packed, size);
	fd = openat(directory_fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		    0600);
	r = fd < 0 ? negative_errno() : write_all(fd, file, sizeof(header) + size);
	if (r < 0)
		unlinkat(directory_fd, temporary, 0);
	else
		*ret_fd = take_fd(&fd);
	return r;
}

/* Writes a record to a temporary file, and renames this to name. Returns 0 or -errno. */
static int write_record(const struct store *store, int directory_fd, const char *name,
			const struct wire_layout *layout, const void *record)
{
	char temporary[ID_SIZE + 8];
	_cleanup_fd_ int fd = -1;
	int r;

	snprintf(temporary, sizeof(temporary), ".%s", name);
	r = write_file(store, directory_fd, temporary, layout, record, &fd);
	if (r == 0 && renameat(directory_fd, temporary, directory_fd, name) < 0) {
		r = negative_errno();
		unlinkat(directory_fd, temporary, 0);
	}
	return r;
}

static int remove_record(int directory_fd, const char *name)
{
	return unlinkat(directory_fd, name, 0) < 0 && errno != ENOENT ? negative_errno() : 0;
}

/* --- records of this boot --- */

int store_write_set(struct store *store, const struct set *set)
{
	static struct record_set record;

	record_from_set(set, &record);
	return write_record(store, store->fds[SETS], set->id, &record_set_layout, &record);
}

int store_remove_set(struct store *store, const char *id)
{
	return remove_record(store->fds[SETS], id);
}

int store_write_link(struct store *store, const struct link *link)
{
	static struct record_link record;

	record_from_link(link, &record);
	return write_record(store, store->fds[LINKS], link->id, &record_link_layout, &record);
}

int store_remove_link(struct store *store, const char *id)
{
	return remove_record(store->fds[LINKS], id);
}

int store_write_session(struct store *store, const struct session *session)
{
	static struct record_session record;

	record_from_session(session, &record);
	return write_record(store, store->fds[SESSIONS], session->id, &record_session_layout,
			    &record);
}

int store_remove_session(struct store *store, const char *id)
{
	char name[ID_SIZE + 16];
	int r = remove_record(store->fds[SESSIONS], id);

	snprintf(name, sizeof(name), "%s.status", id);
	return r < 0 ? r : remove_record(store->fds[SESSIONS], name);
}

/* --- calls of Apply in progress --- */

int store_begin_apply(struct store *store, const char *group)
{
	int fd = openat(store->applying_fd, group,
			O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return negative_errno();
	close_fd(fd);
	return 0;
}

int store_end_apply(struct store *store, const char *group)
{
	return remove_record(store->applying_fd, group);
}

bool store_is_applying(const struct store *store, const char *group)
{
	return *group && faccessat(store->applying_fd, group, F_OK, 0) == 0;
}

static int empty_directory(int parent_fd, const char *name)
{
	DIR *directory = directory_open(parent_fd, name);
	struct dirent *entry;

	if (!directory)
		return errno == ENOENT ? 0 : negative_errno();
	while ((entry = readdir(directory)))
		/* this also removes files that an administrator has put there */
		if (entry->d_type != DT_DIR)
			unlinkat(dirfd(directory), entry->d_name, 0);
	closedir(directory);
	return 0;
}

int store_end_all_applies(struct store *store)
{
	return empty_directory(store->state_fd, "applying");
}

/* --- records for the next boot --- */

/* Fills in *ret with a change of a record: its removal if layout is NULL, otherwise its replacement
 * by a temporary file, which this function writes. Each temporary file has a name of its own,
 * because several changes of a record may wait. Returns 0 or -errno. */
static int prepare(struct store *store, enum store_class class, const char *id,
		   const struct wire_layout *layout, const void *record, struct store_file *ret)
{
	struct store_file file = {.directory_fd = store->fds[class], .fd = -1};
	int r = 0;

	snprintf(file.name, sizeof(file.name), "%s", id);
	snprintf(file.temporary, sizeof(file.temporary), ".%s.%u", id, ++store->last_temporary);
	if (layout)
		r = write_file(store, file.directory_fd, file.temporary, layout, record, &file.fd);
	if (r == 0)
		*ret = file;
	return r;
}

int store_prepare_set(struct store *store, const struct set *set, struct store_file *ret)
{
	static struct record_set record;

	record_from_set(set, &record);
	/* facts about the kernel are valid for this boot only */
	record.state = SET_READY;
	record.n_namespaces = 0;
	record.init_pid = 0;
	record.init_start = 0;
	return prepare(store, SETS, set->id, &record_set_layout, &record, ret);
}

int store_prepare_link(struct store *store, const struct link *link, struct store_file *ret)
{
	static struct record_link record;

	record_from_link(link, &record);
	record.state = LINK_READY;
	return prepare(store, LINKS, link->id, &record_link_layout, &record, ret);
}

int store_prepare_removal(struct store *store, bool of_link, const char *id, struct store_file *ret)
{
	return prepare(store, of_link ? LINKS : SETS, id, NULL, NULL, ret);
}

/* --- both stores --- */

int store_forget(struct store *store, const char *directory, const char *name)
{
	if (strcmp(directory, store_directories[SESSIONS]) == 0)
		return store_remove_session(store, name);
	return remove_record(
		store->fds[strcmp(directory, store_directories[SETS]) == 0 ? SETS : LINKS], name);
}

int store_set_aside(struct store *store, const char *directory, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return renameat(store->state_fd, path, store->damaged_fd, name) < 0 ? negative_errno() : 0;
}

static int remove_directory(int parent_fd, const char *name)
{
	int r = empty_directory(parent_fd, name);

	if (r == 0 && unlinkat(parent_fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		r = negative_errno();
	return r;
}

int store_purge(struct store *store)
{
	int r = remove_directory(store->state_fd, "damaged");

	if (r == 0)
		r = remove_directory(store->state_fd, "applying");
	for (enum store_class class = 0; r == 0 && class < store_n_classes(store); class ++)
		r = remove_directory(store->state_fd, store_directories[class]);
	/* the state directory itself stays: the administrator may have made it */
	if (r < 0 || store->lasting)
		return r;
	return unlinkat(store->state_fd, "../state", AT_REMOVEDIR) < 0 ? negative_errno() : 0;
}
