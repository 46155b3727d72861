/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Growing texts, and escaping. Data from the daemon or the kernel is never written to a
 * terminal unescaped (CVE-2024-28085): names, labels and command lines are chosen by other users.
 */
#pragma once

#include <jansson.h>
#include "base.h"
#include "protocol/utf8.h"

/* A growing text, initially {0}. It never fails: without memory the process ends. */
struct text {
	char *data; /* NULL if empty; else NUL-terminated */
	size_t used, size;
};

void text_done(struct text *text);
void text_bytes(struct text *text, const char *bytes, size_t n);
void text_add(struct text *text, const char *string);
void text_spaces(struct text *text, size_t n); /* adds n spaces */
void text_format(struct text *text, const char *format, ...) _printf_(2, 3);
void text_vformat(struct text *text, const char *format, va_list arguments) _printf_(2, 0);
/*
 * Appends string, and escapes everything in it that acts on a terminal: control characters and
 * invalid bytes as \xNN; C1, bidirectional controls and line separators as \uNNNN. Returns the
 * number of columns, one for each character.
 */
size_t text_escape(struct text *text, const char *string);
/* Appends the first columns of an escaped string. If the string has more, mark takes the place of
 * the last one. */
void text_cut(struct text *text, const char *escaped, size_t columns, const char *mark);
/* Appends string as one word for a shell: quoted if it is empty or has unusual characters. Escapes
 * nothing for a terminal. */
void text_quote(struct text *text, const char *string);
/* Appends an array's strings, separated by commas. */
void text_join(struct text *text, const json_t *strings);
#define _cleanup_text_ _cleanup_(text_done)

/* Returns true if the words differ by one additional, missing, or different character, or by two
 * swapped ones: one may be the other, mistyped. False for two words of up to two characters. */
bool text_is_almost(const char *a, const char *b);
