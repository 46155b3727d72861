/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Output for users: text, JSON and help on stdout, diagnostics on stderr. Data from the daemon or
 * the kernel is printed escaped (text.h).
 */
#ifndef NSCTL_CLIENT_PRINT_H
#define NSCTL_CLIENT_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include "base.h"

/* Returns true if stdout is a terminal. Finds out only once. */
bool print_is_terminal(void);
/* Returns true if stdout is a terminal with colours, and NO_COLOR is not set. */
bool print_has_colour(void);

#define PRINT_SHORT 24

/* Formats seconds as "45s", "12m", "3h" or "9d". */
void print_age(double seconds, char ret[static PRINT_SHORT]);
/* Formats bytes as "512M", "1.5G" or "100". */
void print_size(int64_t bytes, char ret[static PRINT_SHORT]);

void print_text(const char *format, ...) _printf_(1, 2); /* to stdout, unescaped */
void print_escaped(const char *string);			 /* to stdout */
/* Prints left, and then text, in lines of at most 80 columns. Every line of text begins at
 * column. */
void print_help(const char *left, int column, const char *text);
/* Print JSON as one line of ASCII, on stdout or to another file. */
void print_json(const json_t *json);
void print_json_to(FILE *file, const json_t *json);

/* Print "nsctl: TEXT" and "hint: TEXT" on stderr, each as one line, escaped. */
void print_problem(const char *format, ...) _printf_(1, 2);
void print_hint(const char *format, ...) _printf_(1, 2);

/* Returns true if all output was written. Otherwise reports the failure. */
bool print_finish(void);

#endif
