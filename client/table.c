/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See table.h. */
#include "client/table.h"

#include <stdlib.h>
#include <string.h>

#include "client/memory.h"
#include "client/print.h"

void table_init(struct table *table, const char *const *headings, size_t columns)
{
	*table = (struct table){.headings = headings, .columns = columns};
}

void table_done(struct table *table)
{
	text_done(&table->cells);
	free(table->index);
	*table = (struct table){0};
}

void table_cell(struct table *table, const char *string)
{
	struct cell cell = {.at = table->cells.used};

	if (!string || !*string)
		string = "-";
	cell.width = text_escape(&table->cells, string);
	text_bytes(&table->cells, "", 1);
	if (table->used == table->size) {
		table->size = MAX(2 * table->size, (size_t)64);
		table->index = must(realloc(table->index, table->size * sizeof(cell)));
	}
	table->index[table->used++] = cell;
}

void table_format(struct table *table, const char *format, ...)
{
	_cleanup_text_ struct text made = {0};
	va_list arguments;

	va_start(arguments, format);
	text_vformat(&made, format, arguments);
	va_end(arguments);
	table_cell(table, made.data);
}

static void pad(struct text *out, size_t n)
{
	while (n-- > 0)
		text_bytes(out, " ", 1);
}

void table_print(const struct table *table)
{
	_cleanup_text_ struct text out = {0};
	bool headings = print_is_terminal(), bold = print_has_colour();
	size_t widths[16] = {0};

	for (size_t i = 0; i < table->columns && headings; i++)
		widths[i] = strlen(table->headings[i]);
	for (size_t i = 0; i < table->used; i++)
		widths[i % table->columns] = MAX(widths[i % table->columns], table->index[i].width);
	if (headings && bold)
		text_add(&out, "\033[1m");
	for (size_t i = 0; i < table->columns && headings; i++) {
		text_add(&out, table->headings[i]);
		if (i + 1 < table->columns)
			pad(&out, widths[i] - strlen(table->headings[i]) + 2);
	}
	if (headings)
		text_add(&out, bold ? "\033[0m\n" : "\n");
	for (size_t i = 0; i < table->used; i++) {
		size_t column = i % table->columns;

		text_add(&out, table->cells.data + table->index[i].at);
		if (column + 1 < table->columns)
			pad(&out, widths[column] - table->index[i].width + 2);
		else
			text_add(&out, "\n");
	}
	if (out.used > 0)
		fwrite(out.data, 1, out.used, stdout);
}
