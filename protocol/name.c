/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks strings that clients send, see name.h. Never uses the locale: isalpha() would accept
 * whatever a locale calls a letter, but front and keeper must agree. Never repairs a string: it is
 * valid or not.
 */
#include "protocol/name.h"

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* RFC 1123 (RFC 1035, 2.3.4) */
#define HOSTNAME_LABEL_MAX 63

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_alnum(char c)
{
	return is_digit(c) || is_lower(c) || (c >= 'A' && c <= 'Z');
}

static bool is_name_edge(char c)
{
	return is_digit(c) || is_lower(c);
}

/* Returns true if string has 1 to max characters, the first and the last of them satisfy edge, and
 * the others satisfy edge or are in inner. */
static bool is_edged(const char *string, size_t max, bool (*edge)(char), const char *inner)
{
	size_t n = strnlen(string, max + 1);

	if (n == 0 || n > max || !edge(string[0]) || !edge(string[n - 1]))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!edge(string[i]) && !strchr(inner, string[i]))
			return false;
	return true;
}

bool name_is_valid(const char *name)
{
	return is_edged(name, NAME_SIZE - 1, is_name_edge, "._-") && strcmp(name, "host") != 0;
}

bool id_is_valid(const char *id)
{
	size_t n = strnlen(id, ID_SIZE);

	if (n != ID_SIZE - 1)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_digit(id[i]) && !(id[i] >= 'a' && id[i] <= 'f'))
			return false;
	return true;
}

bool hostname_is_valid(const char *hostname)
{
	size_t label = 0, n = strnlen(hostname, HOSTNAME_SIZE);

	if (n == 0 || n >= HOSTNAME_SIZE)
		return false;
	/* n is included, because the NUL ends a label as a dot does */
	for (size_t i = 0; i <= n; i++) {
		char c = hostname[i];

		if (is_alnum(c) || (c == '-' && label > 0)) {
			label++;
		} else if ((c == '.' || c == '\0') && label > 0 && label <= HOSTNAME_LABEL_MAX &&
			   hostname[i - 1] != '-') {
			label = 0;
		} else {
			return false;
		}
	}
	return true;
}

bool label_key_is_valid(const char *key)
{
	return is_edged(key, LABEL_KEY_SIZE - 1, is_alnum, "._/-");
}

/* Decodes the first character of text, which ends with a NUL. Returns the number of its bytes, or 0
 * if they are not UTF-8: overlong, a surrogate, above U+10FFFF, or incomplete. */
static size_t decode_utf8(const char *text, uint32_t *ret)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *bytes = (const unsigned char *)text;
	uint32_t character;
	size_t n;

	if (bytes[0] < 0x80) {
		*ret = bytes[0];
		return 1;
	}
	if ((bytes[0] & 0xe0) == 0xc0) {
		n = 2;
		character = bytes[0] & 0x1f;
	} else if ((bytes[0] & 0xf0) == 0xe0) {
		n = 3;
		character = bytes[0] & 0x0f;
	} else if ((bytes[0] & 0xf8) == 0xf0) {
		n = 4;
		character = bytes[0] & 0x07;
	} else {
		return 0;
	}
	/* the final NUL is no continuation byte, so this never reads past it */
	for (size_t i = 1; i < n; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (bytes[i] & 0x3f);
	}
	if (character < smallest[n] || character > 0x10ffff ||
	    (character >= 0xd800 && character <= 0xdfff))
		return 0;
	*ret = character;
	return n;
}

/*
 * Returns true if text is at most max bytes of UTF-8 that a terminal shows as they are: no control
 * character moves its cursor, and no bidi override makes readers see another order than the stored
 * one.
 */
static bool is_plain_text(const char *text, size_t max)
{
	if (strnlen(text, max + 1) > max)
		return false;
	while (*text) {
		uint32_t c;
		size_t n = decode_utf8(text, &c);

		if (n == 0 || c < 0x20 || (c >= 0x7f && c <= 0x9f) ||
		    (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
			return false;
		text += n;
	}
	return true;
}

bool label_value_is_valid(const char *value)
{
	return is_plain_text(value, LABEL_VALUE_SIZE - 1);
}

bool path_is_valid(const char *path)
{
	if (path[0] != '/' || !is_plain_text(path, PATH_MAX - 1))
		return false;
	for (const char *slash = path; slash; slash = strchr(slash + 1, '/')) {
		size_t n = strcspn(slash + 1, "/");

		if ((n == 1 && slash[1] == '.') || (n == 2 && slash[1] == '.' && slash[2] == '.'))
			return false;
	}
	return true;
}
