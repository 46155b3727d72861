/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All output for users: escaped text, tables, JSON, diagnostics. Data from the daemon or the kernel
 * is never written to a terminal unescaped (CVE-2024-28085): names, labels and command lines are
 * chosen by other users.
 */
#ifndef NSCTL_CLIENT_PRINT_H
#define NSCTL_CLIENT_PRINT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include "base.h"

/* The exit status of out_of_memory(): 125 if another one could be mistaken for that of the command
 * inside. */
extern int print_memory_status;

_Noreturn void out_of_memory(void);
/* Returns the pointer, or ends the process if it is NULL. */
void *must(void *pointer);

/* Decodes the first character of text, which must not be empty. Returns its length, or 0 if it is
 * not valid UTF-8. */
size_t utf8_decode(const char *text, uint32_t *ret_character);
bool utf8_is_valid(const char *text);

/* A growing text, initially {0}. It never fails: without memory the process ends. */
struct text {
	char *data; /* NULL if empty; else NUL-terminated */
	size_t used, size;
};

void text_done(struct text *text);
void text_bytes(struct text *text, const char *bytes, size_t n);
void text_add(struct text *text, const char *string);
void text_format(struct text *text, const char *format, ...) _printf_(2, 3);
void text_vformat(struct text *text, const char *format, va_list arguments) _printf_(2, 0);
/*
 * Appends string with everything escaped that acts on a terminal: \xNN for control characters and
 * invalid bytes, \uNNNN for C1, bidirectional controls and line separators. Returns the number of
 * columns (one for each character).
 */
size_t text_escape(struct text *text, const char *string);
/* Does the same, so that a shell would read one word: quoted if it is empty or has unusual
 * characters. */
void text_quote(struct text *text, const char *string);
/* Appends an array's strings, separated by commas. */
void text_join(struct text *text, const json_t *strings);
#define _cleanup_text_ _cleanup_(text_done)

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

bool print_is_terminal(void); /* stdout is a terminal; checked once */
bool print_has_colour(void);  /* and NO_COLOR is not set */

#define PRINT_SHORT 24

/* "45s", "12m", "3h", "9d" */
void print_age(double seconds, char ret[static PRINT_SHORT]);
/* "512M", "1.5G", "100" */
void print_size(int64_t bytes, char ret[static PRINT_SHORT]);

void print_text(const char *format, ...) _printf_(1, 2); /* to stdout, unescaped */
void print_escaped(const char *string);			 /* to stdout */
/* Prints help in lines of at most 80 columns: left, and then text from a column on, which continues
 * there in the following lines. */
void print_help(const char *left, int column, const char *text);
/* Prints one line of ASCII, on stdout or another file. */
void print_json(const json_t *json);
void print_json_to(FILE *file, const json_t *json);

/* Print "nsctl: TEXT" and "hint: TEXT" on stderr, each as one line, escaped. */
void print_problem(const char *format, ...) _printf_(1, 2);
void print_hint(const char *format, ...) _printf_(1, 2);

/* Returns true if all output was written, and reports if not. */
bool print_finish(void);

#endif
