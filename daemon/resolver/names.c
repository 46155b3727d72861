/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <sys/queue.h>
#include "daemon/resolver/names.h"

struct entry {
	const char *name; /* in text; of "*.example.org", "example.org" */
	bool below;	  /* every name below this one, but not the name itself */
	uint32_t index;
};

struct names {
	LIST_ENTRY(names) of_all;
	size_t users; /* sets that have this list */
	char *text;
	size_t size;
	size_t n, n_own;
	struct entry *entries; /* sorted */
};

/* State of this file: all lists. */
static LIST_HEAD(all_names, names) all = LIST_HEAD_INITIALIZER(all);

static int compare(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	return order ? order : (int)left->below - (int)right->below;
}

static bool read_all(int fd, char *ret, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = pread(fd, ret + done, size - done, (off_t)done);

		if (n == 0)
			errno = EINVAL;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

static struct entry make_entry(const char *text, size_t index)
{
	struct entry entry = {.name = text, .index = (uint32_t)index};

	if (strncmp(text, "*.", 2) == 0)
		entry = (struct entry){.name = text + 2, .below = true, .index = (uint32_t)index};
	return entry;
}

static size_t count_names(const char *text, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++)
		n += text[i] == '\0';
	return n;
}

static int split(struct names *names)
{
	const size_t n = count_names(names->text, names->size);

	if (n > RESOLVER_NAMES_MAX || names->n_own > n)
		return -EINVAL;
	names->entries = calloc(n + 1, sizeof(struct entry));
	if (!names->entries)
		return -ENOMEM;
	for (const char *at = names->text; names->n < n; at += strlen(at) + 1) {
		if (!*at)
			return -EINVAL;
		names->entries[names->n] = make_entry(at, names->n);
		names->n++;
	}
	qsort(names->entries, n, sizeof(struct entry), compare);
	return 0;
}

/* Reads the names from a memory file; each ends with a NUL. Returns NULL and sets errno on
 * failure. */
static char *read_text(int fd, size_t *ret_size)
{
	_cleanup_free_ char *text = NULL;
	struct stat st;
	size_t size;

	if (fstat(fd, &st) < 0)
		return NULL;
	size = (size_t)st.st_size;
	errno = EINVAL;
	if (st.st_size < 0 || size > RESOLVER_LIST_MAX)
		return NULL;
	text = calloc(1, size + 1);
	if (!text || !read_all(fd, text, size))
		return NULL;
	errno = EINVAL;
	if (size > 0 && text[size - 1])
		return NULL;
	*ret_size = size;
	return take_ptr(text);
}

static struct names *find_equal(const char *text, size_t size, size_t n_own)
{
	struct names *names;

	LIST_FOREACH(names, &all, of_all)
	if (names->n_own == n_own && names->size == size && memcmp(names->text, text, size) == 0)
		return names;
	return NULL;
}

static void destroy(struct names *names)
{
	free(names->entries);
	free(names->text);
	free(names);
}

/* Makes a list of this text, and takes it. */
static int make(char *text, size_t size, size_t n_own, struct names **ret)
{
	struct names *names = calloc(1, sizeof(*names));
	int r;

	if (!names) {
		free(text);
		return -ENOMEM;
	}
	names->text = text;
	names->size = size;
	names->n_own = n_own;
	r = split(names);
	if (r < 0) {
		destroy(names);
		return r;
	}
	LIST_INSERT_HEAD(&all, names, of_all);
	*ret = names;
	return 0;
}

int names_read(int fd, size_t n_own, struct names **ret)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r = 0;

	*ret = NULL;
	text = read_text(fd, &size);
	if (!text)
		return negative_errno();
	*ret = find_equal(text, size, n_own);
	if (!*ret)
		r = make(take_ptr(text), size, n_own, ret);
	if (r == 0)
		(*ret)->users++;
	return r;
}

struct names *names_free(struct names *names)
{
	if (names && --names->users == 0) {
		LIST_REMOVE(names, of_all);
		destroy(names);
	}
	return NULL;
}

bool names_have_own(const struct names *names, const uint32_t *entries, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (entries[i] < names->n_own)
			return true;
	return false;
}

static size_t find(const struct names *names, const char *name, bool below, size_t n,
		   uint32_t ret[static RESOLVER_ENTRIES_MAX])
{
	const struct entry key = {.name = name, .below = below};
	const struct entry *found =
		bsearch(&key, names->entries, names->n, sizeof(struct entry), compare);

	if (found && n < RESOLVER_ENTRIES_MAX)
		ret[n++] = found->index;
	return n;
}

size_t names_match(const struct names *names, const char *name,
		   uint32_t ret[static RESOLVER_ENTRIES_MAX])
{
	size_t n = find(names, name, false, 0, ret);

	for (const char *dot = strchr(name, '.'); dot; dot = strchr(dot + 1, '.'))
		n = find(names, dot + 1, true, n, ret);
	return n;
}
