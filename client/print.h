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
