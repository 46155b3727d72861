/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/state/store-file.h"
#include "daemon/keeper/state/store-record.h"

#define FILE_SIZE_MAX (128 * 1024)

int store_check(const char *data, size_t size, const char *boot_id, const char **ret_why)
{
	struct store_header header;

	*ret_why = "it is too short";
	if (size < sizeof(header))
		return STORE_DAMAGED;
	memcpy(&header, data, sizeof(header));
	*ret_why = "it is not a state file of nsctld";
	if (memcmp(header.magic, STORE_MAGIC, sizeof(header.magic)) != 0)
		return STORE_DAMAGED;
	*ret_why = "it is of a newer version of nsctld";
	if (header.version < 1 || header.version > STORE_VERSION)
		return STORE_DAMAGED;
	*ret_why = "its length or checksum is wrong";
	if (header.size != size - sizeof(header) ||
	    header.checksum != store_checksum(&header, data + sizeof(header)) ||
	    strnlen(header.boot_id, sizeof(header.boot_id)) == sizeof(header.boot_id))
		return STORE_DAMAGED;
	*ret_why = "it is of another boot of the machine";
	return strcmp(header.boot_id, boot_id) == 0 ? 0 : STORE_OLD_BOOT;
}

/* Reads a file, but at most FILE_SIZE_MAX bytes. The caller frees *ret. Returns 0, -EBADMSG if the
 * file is not a regular one, or another -errno. */
static int read_file(int directory_fd, const char *name, char **ret, size_t *ret_size)
{
	/* O_NONBLOCK: opening must not wait, even if the file is a FIFO */
	_cleanup_fd_ int fd =
		openat(directory_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	_cleanup_free_ char *data = malloc(FILE_SIZE_MAX);
	struct stat st;
	size_t used = 0;

	if (fd < 0 || fstat(fd, &st) < 0)
		return negative_errno();
	if (!S_ISREG(st.st_mode))
		return -EBADMSG;
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

/* Decodes the record in data, which must be at least as long as a header. Copies the record to an
 * aligned address, *ret_aligned, which the caller frees also after an error. *ret points into this
 * copy. Returns 0, -EBADMSG or -ENOMEM. */
static int decode(const char *data, size_t size, const struct wire_layout *layout,
		  char **ret_aligned, void *ret)
{
	size -= sizeof(struct store_header);
	*ret_aligned = malloc(size + 1);
	if (!*ret_aligned)
		return -ENOMEM;
	memcpy(*ret_aligned, data + sizeof(struct store_header), size);
	return wire_unpack(layout, *ret_aligned, size, ret) < 0 ? -EBADMSG : 0;
}

int store_decode_set(const char *data, size_t size, const char *name, struct set **ret)
{
	static struct record_set record;
	_cleanup_free_ char *aligned = NULL;
	int r = decode(data, size, &record_set_layout, &aligned, &record);

	return r < 0 ? r : record_to_set(&record, name, ret);
}

int store_decode_session(const char *data, size_t size, const char *name, struct session **ret,
			 char ret_set_id[static ID_SIZE])
{
	static struct record_session record;
	_cleanup_free_ char *aligned = NULL;
	int r = decode(data, size, &record_session_layout, &aligned, &record);

	if (r == 0)
		r = record_to_session(&record, name, ret);
	if (r == 0)
		snprintf(ret_set_id, ID_SIZE, "%s", record.set_id);
	return r;
}

int store_decode_link(const char *data, size_t size, const char *name, struct link **ret,
		      char ret_ids[static 2][ID_SIZE])
{
	static struct record_link record;
	_cleanup_free_ char *aligned = NULL;
	int r = decode(data, size, &record_link_layout, &aligned, &record);

	if (r == 0)
		r = record_to_link(&record, name, ret);
	if (r == 0) {
		snprintf(ret_ids[0], ID_SIZE, "%s", record.a_id ? record.a_id : "");
		snprintf(ret_ids[1], ID_SIZE, "%s", record.b_id ? record.b_id : "");
	}
	return r;
}

/* Decodes the contents of one file, and passes the record to the callback for its class. Returns 0,
 * -EBADMSG or -ENOMEM. */
static int give(enum store_class class, const char *data, size_t size, const char *name,
		const struct store_callbacks *callbacks, void *context)
{
	char ids[2][ID_SIZE];
	struct session *session;
	struct link *link;
	struct set *set;
	int r;

	if (class == SETS) {
		r = store_decode_set(data, size, name, &set);
		if (r == 0)
			callbacks->set(set, set->spec && store_is_by_connection(set), context);
	} else if (class == LINKS) {
		r = store_decode_link(data, size, name, &link, ids);
		if (r == 0)
			callbacks->link(link, ids, context);
	} else {
		r = store_decode_session(data, size, name, &session, ids[0]);
		if (r == 0)
			callbacks->session(session, ids[0], context);
	}
	return r;
}

static int load_one(struct store *store, enum store_class class, const char *name,
		    const struct store_callbacks *callbacks, void *context)
{
	const char *why = "it cannot be read";
	_cleanup_free_ char *data = NULL;
	size_t size;
	int r = read_file(store->fds[class], name, &data, &size);

	if (r == 0)
		r = store_check(data, size, store->boot_id, &why);
	if (r == STORE_OLD_BOOT && store->lasting)
		r = 0;
	if (r == 0) {
		why = "its record makes no sense";
		r = give(class, data, size, name, callbacks, context);
	}
	/* if memory or descriptors are short, the file may still be good */
	if (is_shortage(r))
		return r;
	if (r)
		callbacks->bad(store_directories[class], name,
			       r == STORE_OLD_BOOT ? r : STORE_DAMAGED, why, context);
	return 0;
}

bool store_is_by_connection(const struct set *set)
{
	static struct wire_spec spec;

	return wire_unpack(&wire_spec_layout, set->spec, set->spec_size, &spec) == 0 &&
	       spec.lease.connection;
}

static int load_directory(struct store *store, enum store_class class,
			  const struct store_callbacks *callbacks, void *context)
{
	DIR *directory = directory_open(store->fds[class], ".");
	struct dirent *entry;
	int r = 0;

	if (!directory)
		return negative_errno();
	while (r == 0 && (errno = 0, entry = readdir(directory))) {
		/* a daemon that was killed has left this temporary file */
		if (entry->d_name[0] == '.' && entry->d_type == DT_REG)
			unlinkat(store->fds[class], entry->d_name, 0);
		else if (entry->d_name[0] != '.' && !strchr(entry->d_name, '.'))
			r = load_one(store, class, entry->d_name, callbacks, context);
	}
	if (r == 0 && errno)
		r = negative_errno();
	closedir(directory);
	return r;
}

int store_load(struct store *store, const struct store_callbacks *callbacks, void *context)
{
	int r = 0;

	for (enum store_class class = 0; r >= 0 && class < store_n_classes(store); class ++)
		r = load_directory(store, class, callbacks, context);
	return r;
}
