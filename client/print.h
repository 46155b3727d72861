/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Output for users: text, JSON and help on stdout, diagnostics on stderr. Data from the daemon or
 * the kernel is printed escaped (text.h).
 */
#pragma once

#include <jansson.h>
#include "base.h"

/* Returns true if stdout is a terminal. Finds out only once. */
bool print_is_terminal(void);
/* Returns true if stdout is a terminal with colours, and NO_COLOR is not set. */
bool print_has_colour(void);
/* Returns the number of columns of the terminal on stdout. */
size_t print_width(void);
/* Returns true if the name of the user's locale says UTF-8. */
bool print_has_unicode(void);

/* For a terminal with colours. */
#define PRINT_BOLD "\033[1m"
#define PRINT_RED "\033[31m"
#define PRINT_GREEN "\033[32m"
#define PRINT_YELLOW "\033[33m"
#define PRINT_CYAN "\033[36m"
#define PRINT_PLAIN "\033[0m"
/* Returns what switches to the colour of a state ("ready"), or NULL without colours. */
const char *print_state_colour(const char *state);
/* Returns colour, or "" without colours. */
const char *print_colour(const char *colour);

#define PRINT_SHORT 24

/* Formats seconds as "45s", "12m", "3h" or "9d". */
void print_age(double seconds, char ret[static PRINT_SHORT]);
/* Formats bytes as "512M", "1.5G" or "100". */
void print_size(int64_t bytes, char ret[static PRINT_SHORT]);

void print_text(const char *format, ...) _printf_(1, 2); /* to stdout, unescaped */
/* Prints "2026-01-31 23:59:59 ", in the local time zone. */
void print_time(double seconds);
void print_escaped(const char *string); /* to stdout */
/* Prints left, and then text, in lines of at most 80 columns. Every line of text begins at
 * column. */
void print_help(const char *left, int column, const char *text);
/* Prints text, escaped, and ends the line, in which column columns are used already. On a terminal,
 * breaks a line that is too long between words; each further one begins a bit behind column. */
void print_item(const char *text, int column);
/* Print JSON as one line of ASCII without control characters, on stdout or to another file. */
void print_json(const json_t *json);
void print_json_to(FILE *file, const json_t *json);

/*
 * Print "nsctl: TEXT" and "hint: TEXT" on stderr, each as one line, escaped. After
 * print_problems_as_json(true) both become one line of JSON, with the members message and hint. It
 * appears before the next problem, at print_pending(), or at nsctl's end.
 */
void print_problem(const char *format, ...) _printf_(1, 2);
void print_hint(const char *format, ...) _printf_(1, 2);
void print_problems_as_json(bool json);
/* Adds the daemon's error to the problem that was printed last, if it is printed as JSON. */
void print_problem_error(const char *error, const json_t *parameters);
void print_pending(void);

/* Returns true if all output was written. Otherwise reports the failure. */
bool print_finish(void);
