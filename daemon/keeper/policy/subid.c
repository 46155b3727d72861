/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/policy/subid.h"

#define FILE_SIZE_MAX (4 * 1024 * 1024)
/* (uid_t)-1 is not an id. */
#define ID_LAST (UINT32_MAX - 1)

/* --- lines --- */

struct field {
	const char *start;
	size_t size;
};

/* Takes the next field of a line, up to a colon or the end. Returns false if none is left. */
static bool next_field(struct field *rest, struct field *ret)
{
	const char *colon;

	if (!rest->start)
		return false;
	colon = memchr(rest->start, ':', rest->size);
	ret->start = rest->start;
	ret->size = colon ? (size_t)(colon - rest->start) : rest->size;
	rest->size -= ret->size + (colon ? 1 : 0);
	rest->start = colon ? colon + 1 : NULL;
	return true;
}

/* Parses a number of digits only; strtoul(3) would also accept a sign and blanks. */
static bool get_number(const struct field *field, uint32_t *ret)
{
	uint64_t number = 0;

	if (field->size == 0)
		return false;
	for (size_t i = 0; i < field->size; i++) {
		if (field->start[i] < '0' || field->start[i] > '9')
			return false;
		number = 10 * number + (field->start[i] - '0');
		if (number > UINT32_MAX)
			return false;
	}
	*ret = number;
	return true;
}

static bool is_text(const struct field *field, const char *text)
{
	return text && strlen(text) == field->size && memcmp(field->start, text, field->size) == 0;
}

/* Takes the line that begins at *at, without its newline, and moves *at to the next line. Returns
 * false at the end. */
static bool next_line(const char **at, const char *end, struct field *ret)
{
	const char *newline;

	if (*at == end)
		return false;
	newline = memchr(*at, '\n', end - *at);
	*ret = (struct field){*at, (newline ? newline : end) - *at};
	*at = newline ? newline + 1 : end;
	return true;
}

/* --- ranges --- */

static bool overlaps(const struct subid_range *a, const struct subid_range *b)
{
	return a->first < (uint64_t)b->first + b->count && b->first < (uint64_t)a->first + a->count;
}

static void add_range(const struct subid_range *range, struct subid_ranges *to)
{
	/* no line can give root's id */
	if (range->first == 0 || range->count == 0 ||
	    (uint64_t)range->first + range->count - 1 > ID_LAST || to->n == SUBID_RANGES_MAX)
		return;
	for (size_t i = 0; i < to->n; i++)
		if (overlaps(range, &to->ranges[i]))
			return;
	to->ranges[to->n++] = *range;
}

void subid_parse(const char *text, size_t size, uid_t uid, const char *name,
		 struct subid_ranges *ret)
{
	const char *end = text + size;
	struct field line;

	ret->n = 0;
	while (next_line(&text, end, &line)) {
		struct field owner, first, count, more;
		struct subid_range range;
		uint32_t number;

		if (!next_field(&line, &owner) || !next_field(&line, &first) ||
		    !next_field(&line, &count) || next_field(&line, &more))
			continue;
		if (!(get_number(&owner, &number) ? number == uid : is_text(&owner, name)))
			continue;
		if (get_number(&first, &range.first) && get_number(&count, &range.count))
			add_range(&range, ret);
	}
}

bool subid_find_name(const char *text, size_t size, uid_t uid, char ret[static SUBID_NAME_SIZE])
{
	const char *end = text + size;
	struct field line;

	while (next_line(&text, end, &line)) {
		struct field name, password, id;
		uint32_t number;

		if (!next_field(&line, &name) || !next_field(&line, &password) ||
		    !next_field(&line, &id) || !get_number(&id, &number) || number != uid)
			continue;
		if (name.size == 0 || name.size >= SUBID_NAME_SIZE || get_number(&name, &number) ||
		    memchr(name.start, '\0', name.size))
			return false;
		memcpy(ret, name.start, name.size);
		ret[name.size] = '\0';
		return true;
	}
	return false;
}

/* --- files --- */

struct text {
	char *data;
	size_t size;
};

static int read_all(int fd, struct text *ret)
{
	size_t size = 0;

	ret->data = malloc(FILE_SIZE_MAX);
	if (!ret->data)
		return -ENOMEM;
	for (;;) {
		ssize_t n = read(fd, ret->data + size, FILE_SIZE_MAX - size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return negative_errno();
		if (n == 0)
			break;
		size += n;
		if (size == FILE_SIZE_MAX)
			return -EFBIG;
	}
	ret->size = size;
	return 0;
}

/* Reads a file that gives rights. If the file is missing, leaves *ret unchanged. Returns 0 or
 * -errno. -EPERM: the file is not a regular file of root's that only root can write to. */
static int read_trusted(const char *path, struct text *ret)
{
	/* O_NONBLOCK: opening a FIFO must not wait */
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return errno == ENOENT ? 0 : negative_errno();
	if (fstat(fd, &st) < 0)
		return negative_errno();
	if (!S_ISREG(st.st_mode) || st.st_uid != 0 || st.st_mode & 022)
		return -EPERM;
	return read_all(fd, ret);
}

static int read_ranges(const char *path, uid_t uid, const char *name, struct subid_ranges *ret)
{
	struct text text = {};
	int r = read_trusted(path, &text);

	if (r == 0)
		subid_parse(text.data ? text.data : "", text.size, uid, name, ret);
	free(text.data);
	return r;
}

int subid_read_name(uid_t uid, char ret[static SUBID_NAME_SIZE])
{
	struct text text = {};
	int r = read_trusted(SUBID_PASSWD, &text);

	if (r == 0 && !subid_find_name(text.data ? text.data : "", text.size, uid, ret))
		r = -ENOENT;
	free(text.data);
	return r;
}

int subid_read(const char *users_path, const char *groups_path, uid_t uid, struct subid *ret)
{
	char name[SUBID_NAME_SIZE];
	struct subid found;
	int r = subid_read_name(uid, name);
	bool named = r == 0;

	if (r == -ENOENT)
		r = 0;
	if (r == 0)
		r = read_ranges(users_path, uid, named ? name : NULL, &found.users);
	if (r == 0)
		r = read_ranges(groups_path, uid, named ? name : NULL, &found.groups);
	if (r == 0)
		*ret = found;
	return r;
}

/* --- owners of subordinate ids --- */

/* Finds the uid of a line's owner, which the line has as a number or a name. accounts: the contents
 * of /etc/passwd. Returns false if there is no account of this name, or if the range contains the
 * id of an account. */
static bool find_owner(const char *accounts, size_t size, const struct field *owner,
		       const struct subid_range *range, uid_t *ret)
{
	const char *end = accounts + size;
	bool found = get_number(owner, ret);
	struct field line;

	while (next_line(&accounts, end, &line)) {
		struct field name, password, id;
		uint32_t number;

		if (!next_field(&line, &name) || !next_field(&line, &password) ||
		    !next_field(&line, &id) || !get_number(&id, &number))
			continue;
		/* the id of an account is not subordinate, whatever the file says */
		if (number >= range->first && number - range->first < range->count)
			return false;
		if (!found && name.size == owner->size &&
		    memcmp(name.start, owner->start, name.size) == 0) {
			*ret = number;
			found = true;
		}
	}
	return found;
}

static int compare_lines(const void *a, const void *b)
{
	uint32_t one = ((const struct subid_owned *)a)->range.first;
	uint32_t other = ((const struct subid_owned *)b)->range.first;

	return one < other ? -1 : one > other;
}

static int add_line(struct subid_owners *owners, const struct subid_owned *line)
{
	/* the array is full whenever n is a power of two: double it */
	if ((owners->n & (owners->n - 1)) == 0) {
		size_t room = owners->n ? 2 * owners->n : 1;
		struct subid_owned *more = realloc(owners->lines, room * sizeof(*more));

		if (!more)
			return -ENOMEM;
		owners->lines = more;
	}
	owners->lines[owners->n++] = *line;
	return 0;
}

int subid_owners_parse(const char *text, size_t size, const char *accounts, size_t accounts_size,
		       struct subid_owners *owners)
{
	const char *end = text + size;
	struct field line;
	int r = 0;

	while (r == 0 && next_line(&text, end, &line)) {
		struct field owner, first, count, more;
		struct subid_owned owned;

		if (!next_field(&line, &owner) || !next_field(&line, &first) ||
		    !next_field(&line, &count) || next_field(&line, &more))
			continue;
		if (get_number(&first, &owned.range.first) &&
		    get_number(&count, &owned.range.count) &&
		    find_owner(accounts, accounts_size, &owner, &owned.range, &owned.owner))
			r = add_line(owners, &owned);
	}
	if (owners->n > 0)
		qsort(owners->lines, owners->n, sizeof(*owners->lines), compare_lines);
	return r;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

void subid_owners_refresh(struct subid_owners *owners, const char *users_path)
{
	struct text lines = {}, accounts = {};
	struct stat now = {};
	int r;

	if (stat(users_path, &now) < 0)
		now = (struct stat){};
	if (is_same_file(&now, &owners->seen))
		return;
	subid_owners_done(owners);
	owners->seen = now;
	r = read_trusted(users_path, &lines);
	if (r == 0)
		r = read_trusted(SUBID_PASSWD, &accounts);
	if (r == 0 && lines.data)
		r = subid_owners_parse(lines.data, lines.size, accounts.data ? accounts.data : "",
				       accounts.size, owners);
	/* some lines are missing: the next call reads the files again */
	if (is_shortage(r))
		owners->seen = (struct stat){};
	free(lines.data);
	free(accounts.data);
}

bool subid_owners_find(const struct subid_owners *owners, uid_t uid, uid_t *ret)
{
	size_t low = 0, high = owners->n;

	/* finds the last range that begins at uid or before it */
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (owners->lines[middle].range.first <= uid)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 ||
	    uid - owners->lines[low - 1].range.first >= owners->lines[low - 1].range.count)
		return false;
	*ret = owners->lines[low - 1].owner;
	return *ret != uid;
}

void subid_owners_done(struct subid_owners *owners)
{
	free(owners->lines);
	*owners = (struct subid_owners){};
}
