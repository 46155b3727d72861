/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See table.h. A table is printed by table-print.c. */
#include "client/table.h"

#include "client/memory.h"
#include "client/print.h"

/* The key by which a cell without a value is sorted. It comes before all others. */
#define NO_KEY (-1e300)

int table_take(struct options *options)
{
	struct table_choice *choice = &options->table;

	if (strcmp(options->row->name, "columns") == 0)
		choice->columns = options->argument;
	else if (strcmp(options->row->name, "sort") == 0)
		choice->sort = options->argument;
	else
		choice->no_headings = true;
	return 0;
}

/* Finds a column by its name, in letters of either case. Returns false if there is none. */
static bool find_column(const struct table *table, const char *name, size_t size, size_t *ret)
{
	for (size_t i = 0; i < table->n_columns; i++)
		if (strlen(table->columns[i].name) == size &&
		    strncasecmp(table->columns[i].name, name, size) == 0) {
			*ret = i;
			return true;
		}
	return false;
}

/* Reports a column that the table does not have, and those that it has. */
static int no_column(const struct table *table, const struct options *options, const char *option,
		     const char *name, size_t size)
{
	_cleanup_text_ struct text known = {0};

	for (size_t i = 0; i < table->n_columns; i++)
		text_format(&known, "%s%s", i > 0 ? " " : "", table->columns[i].name);
	client_problem(options->client, NULL, "--%s: there is no column \"%.*s\"", option,
		       (int)size, name);
	print_hint("the columns are %s", known.data);
	return STATUS_USAGE;
}

/* Takes the columns that the user has chosen. */
static int choose(struct table *table, const struct options *options)
{
	const char *at = options->table.columns;

	table->n_shown = 0;
	for (;; at++) {
		size_t size = strcspn(at, ","), i;

		if (!find_column(table, at, size, &i))
			return no_column(table, options, "columns", at, size);
		if (table->n_shown == TABLE_COLUMNS_MAX)
			return options_wrong(options->client, "--columns: there are more than %d",
					     TABLE_COLUMNS_MAX);
		table->shown[table->n_shown++] = (unsigned char)i;
		at += size;
		if (!*at)
			return 0;
	}
}

int table_begin(struct table *table, const struct options *options, const struct column *columns,
		size_t n_columns)
{
	const struct table_choice *choice = &options->table;
	const struct client *client = options->client;
	bool reversed = choice->sort && *choice->sort == '-';
	const char *sort = choice->sort ? choice->sort + reversed : NULL;

	*table = (struct table){.columns = columns,
				.n_columns = n_columns,
				.sorted = sort != NULL,
				.reversed = reversed,
				.no_headings = choice->no_headings,
				.chosen = choice->columns != NULL};
	if ((client->json || client->quiet) && (sort || choice->columns || choice->no_headings))
		return options_wrong(client, "--columns, --sort and --no-headings are for tables, "
					     "which --json and --quiet do not print");
	for (size_t i = 0; i < n_columns; i++)
		if (!columns[i].extra)
			table->shown[table->n_shown++] = (unsigned char)i;
	if (sort && !find_column(table, sort, strlen(sort), &table->sort))
		return no_column(table, options, "sort", sort, strlen(sort));
	if (!choice->columns || strcmp(choice->columns, "all") == 0) {
		table->n_shown = choice->columns ? 0 : table->n_shown;
		for (size_t i = 0; choice->columns && i < n_columns; i++)
			table->shown[table->n_shown++] = (unsigned char)i;
		return 0;
	}
	return choose(table, options);
}

void table_show(struct table *table, const char *column)
{
	size_t i, at = 0;

	if (table->chosen || !find_column(table, column, strlen(column), &i))
		return;
	while (at < table->n_shown && table->shown[at] < i)
		at++;
	memmove(table->shown + at + 1, table->shown + at, table->n_shown - at);
	table->shown[at] = (unsigned char)i;
	table->n_shown++;
}

void table_done(struct table *table)
{
	text_done(&table->cells);
	free(table->index);
	*table = (struct table){0};
}

/* Returns the next cell, which is not filled in. */
static struct cell *new_cell(struct table *table)
{
	if (table->used == table->size) {
		table->size = MAX(2 * table->size, (size_t)64);
		table->index = must(realloc(table->index, table->size * sizeof(*table->index)));
	}
	return &table->index[table->used++];
}

static void add_cell(struct table *table, double key, const char *string)
{
	struct cell cell = {.at = table->cells.used, .key = key};

	if (!string || !*string) {
		string = "-";
		cell.key = NO_KEY;
	}
	cell.width = text_escape(&table->cells, string);
	text_bytes(&table->cells, "", 1);
	*new_cell(table) = cell;
}

void table_cell(struct table *table, const char *string)
{
	add_cell(table, 0, string);
}

void table_repeat(struct table *table)
{
	struct cell above = table->index[table->used - table->n_columns];

	*new_cell(table) = above;
}

void table_key(struct table *table, double key, const char *format, ...)
{
	_cleanup_text_ struct text made = {0};
	va_list arguments;

	va_start(arguments, format);
	text_vformat(&made, format, arguments);
	va_end(arguments);
	add_cell(table, key, made.data);
}

bool table_shows(const struct table *table, const char *column)
{
	for (size_t i = 0; i < table->n_shown; i++)
		if (strcmp(table->columns[table->shown[i]].name, column) == 0)
			return true;
	return false;
}

void table_number(struct table *table, const json_t *number)
{
	char text[PRINT_SHORT] = "";

	if (json_is_integer(number))
		snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(number));
	add_cell(table, json_number_value(number), text);
}

void table_age(struct table *table, double seconds)
{
	char text[PRINT_SHORT];

	print_age(seconds, text);
	add_cell(table, seconds, text);
}

void table_size(struct table *table, const json_t *bytes)
{
	char text[PRINT_SHORT] = "";

	if (json_is_integer(bytes))
		print_size(json_integer_value(bytes), text);
	add_cell(table, json_number_value(bytes), text);
}

void table_user(struct table *table, const struct users *users, const json_t *id)
{
	const char *name = users_name(users, json_integer_value(id));

	if (name)
		table_cell(table, name);
	else
		table_number(table, id);
}

void table_joined(struct table *table, const json_t *strings)
{
	_cleanup_text_ struct text text = {0};

	text_join(&text, strings);
	table_cell(table, text.data);
}
