/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints a table: sorts its rows, fits it to the terminal, and colours states. See table.h. */
#include "client/memory.h"
#include "client/print.h"
#include "client/table.h"

#define GAP 2 /* between columns */

/* A table while it is printed. */
struct layout {
	const struct table *table;
	size_t n_rows;
	size_t *rows;	  /* the rows in their order */
	bool fits;	  /* the table is fitted to a terminal, and has headings */
	bool colours;	  /* the terminal has them */
	const char *mark; /* the end of a text that is cut */
	bool left_out[TABLE_COLUMNS_MAX];
	size_t widths[TABLE_COLUMNS_MAX]; /* both by place, as table.shown */
};

static const struct cell *cell_at(const struct table *table, size_t row, size_t column)
{
	return &table->index[row * table->n_columns + column];
}

static int compare(const void *left, const void *right, void *context)
{
	const struct table *table = context;
	const size_t a = *(const size_t *)left, b = *(const size_t *)right;
	const struct cell *x = cell_at(table, a, table->sort), *y = cell_at(table, b, table->sort);
	int r;

	if (table->columns[table->sort].kind == COLUMN_NUMBER)
		r = (x->key > y->key) - (x->key < y->key);
	else
		r = strcmp(table->cells.data + x->at, table->cells.data + y->at);
	if (r == 0)
		return (a > b) - (a < b);
	return table->reversed ? -r : r;
}

/* Returns the width of the whole table. */
static size_t total(const struct layout *layout)
{
	size_t sum = 0;

	for (size_t i = 0; i < layout->table->n_shown; i++)
		if (!layout->left_out[i])
			sum += layout->widths[i] + (sum > 0 ? GAP : 0);
	return sum;
}

/* Finds the column of this rank, if it is shown. */
static bool find_rank(const struct layout *layout, unsigned int rank, size_t *ret)
{
	const struct table *table = layout->table;

	for (size_t i = 0; i < table->n_shown; i++)
		if (!layout->left_out[i] && table->columns[table->shown[i]].rank == rank) {
			*ret = i;
			return true;
		}
	return false;
}

/* Makes the column at this place narrower until the table has the wanted width. Does not make it
 * narrower than least or than its heading. */
static void cut(struct layout *layout, size_t i, size_t least, size_t wanted)
{
	size_t width = total(layout), over = width > wanted ? width - wanted : 0;
	const char *name = layout->table->columns[layout->table->shown[i]].name;

	least = MAX(least, strlen(name));
	if (layout->widths[i] > least)
		layout->widths[i] -= MIN(over, layout->widths[i] - least);
}

/* Returns true if the column at this place may be left out: the user has not asked for it. */
static bool may_go(const struct layout *layout, size_t i)
{
	return !layout->table->chosen && !layout->table->columns[layout->table->shown[i]].stays;
}

/* Returns true if no row has a value in the column. */
static bool is_empty(const struct layout *layout, size_t column)
{
	for (size_t row = 0; row < layout->n_rows; row++) {
		const struct cell *cell = cell_at(layout->table, row, column);

		if (strcmp(layout->table->cells.data + cell->at, "-") != 0)
			return false;
	}
	return true;
}

/* Fits the table to the terminal: see struct column. */
static void fit(struct layout *layout, size_t wanted)
{
	const struct table *table = layout->table;
	size_t i;

	for (unsigned int rank = 1; rank <= TABLE_COLUMNS_MAX; rank++)
		if (total(layout) > wanted && find_rank(layout, rank, &i) && may_go(layout, i) &&
		    is_empty(layout, table->shown[i]))
			layout->left_out[i] = true;
	for (unsigned int rank = 1; rank <= TABLE_COLUMNS_MAX; rank++)
		if (find_rank(layout, rank, &i) && table->columns[table->shown[i]].least > 0)
			cut(layout, i, table->columns[table->shown[i]].least, wanted);
	for (unsigned int rank = 1; rank <= TABLE_COLUMNS_MAX; rank++)
		if (total(layout) > wanted && find_rank(layout, rank, &i) && may_go(layout, i))
			layout->left_out[i] = true;
	for (unsigned int rank = 1; rank <= TABLE_COLUMNS_MAX; rank++)
		if (find_rank(layout, rank, &i))
			cut(layout, i, 0, wanted);
}

static void measure(struct layout *layout)
{
	const struct table *table = layout->table;

	for (size_t i = 0; i < table->n_shown; i++) {
		size_t column = table->shown[i];

		if (layout->fits && !table->no_headings)
			layout->widths[i] = strlen(table->columns[column].name);
		for (size_t row = 0; row < layout->n_rows; row++)
			layout->widths[i] =
				MAX(layout->widths[i], cell_at(table, row, column)->width);
	}
	if (layout->fits)
		fit(layout, print_width());
}

/* Adds a cell at a place. colour: an escape sequence, or NULL. */
static void add(struct text *out, const struct layout *layout, size_t i, const char *string,
		size_t width, const char *colour, bool last)
{
	const struct column *column = &layout->table->columns[layout->table->shown[i]];
	bool right = layout->fits && column->kind == COLUMN_NUMBER;
	size_t room = layout->widths[i], space = room > width ? room - width : 0;

	if (right)
		text_spaces(out, space);
	if (colour)
		text_add(out, colour);
	if (width > room)
		text_cut(out, string, room, layout->mark);
	else
		text_add(out, string);
	if (colour)
		text_add(out, PRINT_PLAIN);
	if (!last)
		text_spaces(out, (right ? 0 : space) + GAP);
}

/* Adds a row, or the headings if row is HEADINGS. */
#define HEADINGS SIZE_MAX
static void add_row(struct text *out, const struct layout *layout, size_t row)
{
	const struct table *table = layout->table;
	size_t last = table->n_shown;

	while (last > 0 && layout->left_out[last - 1])
		last--;
	for (size_t i = 0; i < last; i++) {
		const struct column *column = &table->columns[table->shown[i]];
		const struct cell *cell;
		const char *string;

		if (layout->left_out[i])
			continue;
		if (row == HEADINGS) {
			add(out, layout, i, column->name, strlen(column->name), NULL,
			    i + 1 == last);
			continue;
		}
		cell = cell_at(table, row, table->shown[i]);
		string = table->cells.data + cell->at;
		add(out, layout, i, string, cell->width,
		    layout->colours && column->kind == COLUMN_STATE ? print_state_colour(string)
								    : NULL,
		    i + 1 == last);
	}
}

void table_print(const struct table *table)
{
	_cleanup_text_ struct text out = {0};
	struct layout layout = {.table = table,
				.n_rows = table->used / table->n_columns,
				.fits = print_is_terminal(),
				.colours = print_has_colour(),
				.mark = print_has_unicode() ? "\u2026" : "~"};

	layout.rows = must(calloc(layout.n_rows + 1, sizeof(*layout.rows)));
	for (size_t i = 0; i < layout.n_rows; i++)
		layout.rows[i] = i;
	if (table->sorted)
		qsort_r(layout.rows, layout.n_rows, sizeof(*layout.rows), compare, (void *)table);
	measure(&layout);
	if (layout.fits && !table->no_headings) {
		text_add(&out, layout.colours ? PRINT_BOLD : "");
		add_row(&out, &layout, HEADINGS);
		text_add(&out, layout.colours ? PRINT_PLAIN "\n" : "\n");
	}
	for (size_t i = 0; i < layout.n_rows; i++) {
		add_row(&out, &layout, layout.rows[i]);
		text_add(&out, "\n");
	}
	free(layout.rows);
	if (out.used > 0)
		fwrite(out.data, 1, out.used, stdout);
}
