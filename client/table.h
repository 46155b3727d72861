/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables on stdout, for all verbs that list something. */
#pragma once

#include "client/options.h"
#include "client/text.h"
#include "client/users.h"

#define TABLE_COLUMNS_MAX 16

/*
 * A column. On a terminal that is too narrow, columns give way in the order of their ranks: at
 * first those without any value are left out, then columns become narrower, then they are left out,
 * and at last those that stay become narrower still.
 */
struct column {
	const char *name;    /* its heading, and its word for --columns and --sort */
	unsigned char rank;  /* from 1 up, different for each */
	unsigned char least; /* width to which it may be cut; 0: it is never cut */
	enum { COLUMN_TEXT, COLUMN_NUMBER, COLUMN_STATE } kind;
	bool stays; /* it is never left out */
	bool extra; /* shown only if --columns names it, or table_show() */
};

/* A table of cells, row by row. For programs, nothing is cut, aligned right or left out, and there
 * are no headings. */
struct table {
	const struct column *columns;
	size_t n_columns;
	unsigned char shown[TABLE_COLUMNS_MAX]; /* the columns that are shown, in their order */
	size_t n_shown, sort;
	bool chosen; /* the user has chosen the columns */
	bool sorted, reversed, no_headings;
	struct text cells; /* the texts of the cells, each with a NUL */
	struct cell {
		unsigned int at, width;
		double key; /* for sorting numbers */
	} * index;
	size_t used, size;
};

/* The options of tables, in tables of options of verbs. table_begin() reads them. */
#define TABLE_OPTIONS                                                                     \
	OPTION("columns", 'o', "COLUMN,...",                                              \
	       "show these columns, in this order: names as in the headings, or all",     \
	       TAKEN(table_take)),                                                        \
		OPTION("sort", 0, "COLUMN", "sort by COLUMN; -COLUMN: the largest first", \
		       TAKEN(table_take)),                                                \
		OPTION("no-headings", 0, NULL,                                            \
		       "print no headings (without a terminal, there are none)",          \
		       TAKEN(table_take))
int table_take(struct options *options);

/* Begins a table, as the user's options want it. Returns 0, or STATUS_USAGE after reporting a
 * column that the table does not have. */
int table_begin(struct table *table, const struct options *options, const struct column *columns,
		size_t n_columns);
void table_done(struct table *table);
/* Shows an extra column, unless the user chose the columns. */
void table_show(struct table *table, const char *column);
/* Returns true if the table shows this column. */
bool table_shows(const struct table *table, const char *column);
/* Adds a cell. Its text is escaped; NULL and "" print as "-". */
void table_cell(struct table *table, const char *string);
/* Adds the cell that the row above has in this column. */
void table_repeat(struct table *table);
/* Adds a cell that is sorted by key. */
void table_key(struct table *table, double key, const char *format, ...) _printf_(3, 4);
#define table_format(table, ...) table_key(table, 0, __VA_ARGS__)
/* Add cells with an integer, a time span, a size. */
void table_number(struct table *table, const json_t *number);
void table_age(struct table *table, double seconds);
void table_size(struct table *table, const json_t *bytes);
/* Adds a cell with the user's name or, without one, the number. */
void table_user(struct table *table, const struct users *users, const json_t *id);
/* Adds a cell with an array's strings, separated by commas. */
void table_joined(struct table *table, const json_t *strings);
void table_print(const struct table *table);
#define _cleanup_table_ _cleanup_(table_done)
