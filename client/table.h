/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables on stdout. */
#ifndef NSCTL_CLIENT_TABLE_H
#define NSCTL_CLIENT_TABLE_H

#include <stddef.h>
#include "client/text.h"

/* A table of cells. Each column is as wide as its widest cell; the last column is not padded.
 * Headings are printed only on terminals. */
struct table {
	const char *const *headings;
	size_t columns;
	struct text cells; /* the texts of the cells, each with a NUL */
	struct cell {
		size_t at, width;
	} * index;
	size_t used, size;
};

void table_init(struct table *table, const char *const *headings, size_t columns);
void table_done(struct table *table);
void table_cell(struct table *table, const char *string); /* escaped; NULL and "" print as "-" */
void table_format(struct table *table, const char *format, ...) _printf_(2, 3);
void table_print(const struct table *table);
#define _cleanup_table_ _cleanup_(table_done)

#endif
