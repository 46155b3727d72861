/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * See text.h. Never uses the locale, which would have to be loaded: this module itself decides
 * which characters are printable.
 */
#include "client/text.h"

#include "client/memory.h"

void text_done(struct text *text)
{
	free(text->data);
	*text = (struct text){0};
}

/* Makes the text n bytes longer, and returns the place of these. */
static char *extend(struct text *text, size_t n)
{
	size_t end = text->used + n;

	if (end + 1 > text->size) {
		text->size = MAX(2 * text->size, end + 64);
		text->data = must(realloc(text->data, text->size));
	}
	text->used = end;
	text->data[end] = '\0';
	return text->data + end - n;
}

void text_bytes(struct text *text, const char *bytes, size_t n)
{
	memcpy(extend(text, n), bytes, n);
}

void text_spaces(struct text *text, size_t n)
{
	memset(extend(text, n), ' ', n);
}

void text_add(struct text *text, const char *string)
{
	text_bytes(text, string, strlen(string));
}

void text_vformat(struct text *text, const char *format, va_list arguments)
{
	_cleanup_free_ char *made = NULL;
	int n = vasprintf(&made, format, arguments);

	/* the pointer is undefined after a failure */
	made = must(n < 0 ? NULL : made);
	text_bytes(text, made, (size_t)n);
}

void text_format(struct text *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	text_vformat(text, format, arguments);
	va_end(arguments);
}

/* Returns true for characters that move the cursor, change the reading order, or end a line. */
static bool acts_on_terminal(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0x00, 0x1f},	  {0x7f, 0x9f},	      {0x61c, 0x61c},	{0x200b, 0x200b},
		{0x200e, 0x200f}, {0x2028, 0x202e},   {0x2060, 0x206f}, {0xfeff, 0xfeff},
		{0xfff9, 0xfffb}, {0xe0000, 0xe007f},
	};

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

size_t text_escape(struct text *text, const char *string)
{
	size_t columns = 0;

	for (;;) {
		uint32_t character;
		size_t n = 0;
		char escape[16];

		while (string[n] >= ' ' && string[n] < 0x7f)
			n++;
		text_bytes(text, string, n);
		columns += n;
		string += n;
		if (!*string)
			return columns;
		character = (unsigned char)*string;
		n = utf8_decode(string, &character);
		if (n > 0 && !acts_on_terminal(character)) {
			text_bytes(text, string, n);
			columns++;
		} else {
			if (n < 2)
				snprintf(escape, sizeof(escape), "\\x%02x", character);
			else if (character <= 0xffff)
				snprintf(escape, sizeof(escape), "\\u%04x", character);
			else
				snprintf(escape, sizeof(escape), "\\U%08x", character);
			text_add(text, escape);
			columns += strlen(escape);
		}
		string += MAX(n, 1U);
	}
}

/* Returns the number of bytes of the first columns of a string, which is valid UTF-8. */
static size_t bytes_of(const char *string, size_t columns)
{
	size_t n = 0;

	for (; string[n]; n++)
		if (((unsigned char)string[n] & 0xc0) != 0x80 && columns-- == 0)
			break;
	return n;
}

void text_cut(struct text *text, const char *escaped, size_t columns, const char *mark)
{
	size_t n = bytes_of(escaped, columns);
	bool cut = escaped[n] && columns > 0;

	text_bytes(text, escaped, cut ? bytes_of(escaped, columns - 1) : n);
	text_add(text, cut ? mark : "");
}

void text_quote(struct text *text, const char *string)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789%+,-./:=@_";

	if (*string && string[strspn(string, plain)] == '\0') {
		text_add(text, string);
		return;
	}
	text_add(text, "'");
	for (const char *at = string;; at++) {
		size_t n = strcspn(at, "'");

		text_bytes(text, at, n);
		at += n;
		if (!*at)
			break;
		text_add(text, "'\\''");
	}
	text_add(text, "'");
}

void text_join(struct text *text, const json_t *strings)
{
	size_t i;
	json_t *string;

	json_array_foreach(strings, i, string) {
		if (i > 0)
			text_add(text, ",");
		text_add(text, json_is_string(string) ? json_string_value(string) : "?");
	}
}

bool text_is_almost(const char *a, const char *b)
{
	/* any two of these are almost the same */
	if (strlen(a) < 3 && strlen(b) < 3)
		return false;
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (*a && strcmp(a + 1, b) == 0) || (*b && strcmp(a, b + 1) == 0) ||
	       (*a && *b && strcmp(a + 1, b + 1) == 0) ||
	       (*a && *b && a[0] == b[1] && a[1] == b[0] && strcmp(a + 2, b + 2) == 0);
}
