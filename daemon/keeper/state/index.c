/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/keeper/state/index.h"

size_t index_position(const struct index *index, index_compare *compare, const void *key)
{
	size_t low = 0, high = index->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(index->items[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void *index_find(const struct index *index, index_compare *compare, const void *key)
{
	size_t at = index_position(index, compare, key);

	return at < index->n && compare(index->items[at], key) == 0 ? index->items[at] : NULL;
}

void *index_next(const struct index *index, index_compare *compare, const void *key, bool inclusive)
{
	size_t at = index_position(index, compare, key);

	if (!inclusive && at < index->n && compare(index->items[at], key) == 0)
		at++;
	return at < index->n ? index->items[at] : NULL;
}

int index_reserve(struct index *index, size_t n)
{
	size_t size = index->size ? 2 * index->size : 16;
	void **items;

	if (n <= index->size)
		return 0;
	items = realloc(index->items, MAX(size, n) * sizeof(*items));
	if (!items)
		return -ENOMEM;
	index->items = items;
	index->size = MAX(size, n);
	return 0;
}

int index_add(struct index *index, index_compare *compare, const void *key, void *item)
{
	size_t at = index_position(index, compare, key);

	if (at < index->n && compare(index->items[at], key) == 0)
		return -EEXIST;
	if (index_reserve(index, index->n + 1) < 0)
		return -ENOMEM;
	memmove(index->items + at + 1, index->items + at, (index->n - at) * sizeof(*index->items));
	index->items[at] = item;
	index->n++;
	return 0;
}

void index_remove(struct index *index, index_compare *compare, const void *key)
{
	size_t at = index_position(index, compare, key);

	if (at == index->n || compare(index->items[at], key) != 0)
		return;
	index->n--;
	memmove(index->items + at, index->items + at + 1, (index->n - at) * sizeof(*index->items));
}
