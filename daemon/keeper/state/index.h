/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An index: a sorted array of pointers to items, which the index does not own. */
#pragma once

#include "base.h"

/* An index whose members are all zero is empty. The caller frees the array `items` when it does not
 * need the index any more. */
struct index {
	void **items;
	size_t n, size;
};

/* Returns a number below, equal to or above 0 if the item's key is below, equal to or above key. */
typedef int index_compare(const void *item, const void *key);

/* Returns the position of the item with this key, or where it would be inserted. O(log n). */
size_t index_position(const struct index *index, index_compare *compare, const void *key);
/* Returns the item with this key, or NULL. O(log n). */
void *index_find(const struct index *index, index_compare *compare, const void *key);
/* Returns the first item whose key is above key (inclusive: above or equal to key), or NULL. */
void *index_next(const struct index *index, index_compare *compare, const void *key,
		 bool inclusive);

/* Makes room for n items, including those that the index has already. Up to this number,
 * index_add() does not return -ENOMEM. Returns 0 or -ENOMEM. */
int index_reserve(struct index *index, size_t n);
/* Adds an item. key: its key. Returns 0, -EEXIST if there is an item with this key, or -ENOMEM. */
int index_add(struct index *index, index_compare *compare, const void *key, void *item);
/* Removes the item with this key, if there is one. */
void index_remove(struct index *index, index_compare *compare, const void *key);
