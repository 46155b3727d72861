/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All that reaches a person: escaped text, tables, JSON, diagnostics. What the daemon or the kernel
 * sent is never written to a terminal as it came (CVE-2024-28085): names, labels and command lines
 * are chosen by others.
 */
#ifndef NSCTL_CLIENT_PRINT_H
#define NSCTL_CLIENT_PRINT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include "base.h"

/* The status with which out_of_memory() ends the process: 125 where another one would be taken for
 * that of the command inside. */
extern int print_memory_status;

_Noreturn void out_of_memory(void);
/* The pointer, which is not NULL any more. */
void *must(void *pointer);

/* Decodes one character of text (not at its end): its length, or 0 where it is no valid UTF-8. */
size_t utf8_decode(const char *text, uint32_t *ret_character);
bool utf8_is_valid(const char *text);

/* Text that grows; starts as {0}. Never fails: without memory the process ends. */
struct text {
	char *data; /* NULL while nothing has been added; else NUL-terminated */
	size_t used, size;
};

void text_done(struct text *text);
void text_bytes(struct text *text, const char *bytes, size_t n);
void text_add(struct text *text, const char *string);
void text_format(struct text *text, const char *format, ...) _printf_(2, 3);
void text_vformat(struct text *text, const char *format, va_list arguments) _printf_(2, 0);
/* Adds string with everything that acts on a terminal written out: \xNN for control and invalid
 * bytes, \uNNNN for C1, bidirectional controls and line separators. Returns the columns it takes
 * (a character counts as one). */
size_t text_escape(struct text *text, const char *string);
/* The same for what a shell would read as one word: in quotes where it is empty or has others than
 * ordinary characters. */
void text_quote(struct text *text, const char *string);
/* Adds an array's strings with a comma between any two. */
void text_join(struct text *text, const json_t *strings);
#define _cleanup_text_ _cleanup_(text_done)

/* Rows of cells; columns are as wide as their widest cell, the last one is not padded. Headings
 * are for terminals only. */
struct table {
	const char *const *headings;
	size_t columns;
	struct text cells; /* each with its NUL */
	struct cell {
		size_t at, width;
	} * index;
	size_t used, size;
};

void table_init(struct table *table, const char *const *headings, size_t columns);
void table_done(struct table *table);
void table_cell(struct table *table, const char *string); /* escaped; NULL and "" are "-" */
void table_format(struct table *table, const char *format, ...) _printf_(2, 3);
void table_print(const struct table *table);
#define _cleanup_table_ _cleanup_(table_done)

bool print_is_terminal(void); /* stdout is one; asked once */
bool print_has_colour(void);  /* and NO_COLOR is not set */

#define PRINT_SHORT 24

/* "45s", "12m", "3h", "9d" */
void print_age(double seconds, char ret[static PRINT_SHORT]);
/* "512M", "1.5G", "100" */
void print_size(int64_t bytes, char ret[static PRINT_SHORT]);

void print_text(const char *format, ...) _printf_(1, 2); /* to stdout, as it is */
void print_escaped(const char *string);			 /* to stdout */
/* Text of help, in lines of at most 80 columns: left, and from a column on the text, which goes on
 * there in the next lines. */
void print_help(const char *left, int column, const char *text);
/* One line of ASCII on stdout (or another file). */
void print_json(const json_t *json);
void print_json_to(FILE *file, const json_t *json);

/* "nsctl: TEXT" and "hint: TEXT" on stderr, each a line, escaped as a whole. */
void print_problem(const char *format, ...) _printf_(1, 2);
void print_hint(const char *format, ...) _printf_(1, 2);

/* Whether everything that was printed has arrived; says so when not. */
bool print_finish(void);

#endif
