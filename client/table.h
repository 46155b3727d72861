/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables on stdout. */
#ifndef NSCTL_CLIENT_TABLE_H
#define NSCTL_CLIENT_TABLE_H

#include <stddef.h>
#include "client/text.h"

/* A table of cells. Columns are as wide as their widest cell; the last one is not padded. Headings
 * are only printed on terminals. */
struct table {
	const char *const *headings;
	size_t columns;
	struct text cells; /* each with a NUL */
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
