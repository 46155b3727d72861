/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks strings that clients send, see name.h. Never uses the locale: isalpha() would accept
 * whatever a locale calls a letter, but front and keeper must agree. Never repairs a string: it is
 * valid or not.
 */
#include "protocol/name.h"
#include "protocol/utf8.h"

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

/* Returns true if name has less than size bytes, and consists of labels of letters and digits and,
 * within a label, '-'; with underscores, '_' is a letter. */
static bool has_labels(const char *name, size_t size, bool underscores)
{
	size_t label = 0, n = strnlen(name, size);

	if (n == 0 || n >= size)
		return false;
	/* n is included, because the NUL ends a label as a dot does */
	for (size_t i = 0; i <= n; i++) {
		char c = name[i];

		if (is_alnum(c) || (c == '_' && underscores) || (c == '-' && label > 0)) {
			label++;
		} else if ((c == '.' || c == '\0') && label > 0 && label <= HOSTNAME_LABEL_MAX &&
			   name[i - 1] != '-') {
			label = 0;
		} else {
			return false;
		}
	}
	return true;
}

bool hostname_is_valid(const char *hostname)
{
	return has_labels(hostname, HOSTNAME_SIZE, false);
}

bool domain_is_valid(const char *domain)
{
	return has_labels(domain, DOMAIN_SIZE, true);
}

bool dns_option_is_valid(const char *option)
{
	static const char *const rows[] = {
		"attempts:",
		"debug",
		"edns0",
		"ndots:",
		"no-aaaa",
		"no-check-names",
		"no-reload",
		"no-tld-query",
		"rotate",
		"single-request",
		"single-request-reopen",
		"timeout:",
		"trust-ad",
		"use-vc",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t n = strlen(rows[i]);
		const char *number = option + n;

		if (rows[i][n - 1] != ':') {
			if (strcmp(option, rows[i]) == 0)
				return true;
			continue;
		}
		if (strncmp(option, rows[i], n) == 0 && *number &&
		    strspn(number, "0123456789") == strlen(number) && strlen(number) <= 2)
			return true;
	}
	return false;
}

bool label_key_is_valid(const char *key)
{
	return is_edged(key, LABEL_KEY_SIZE - 1, is_alnum, "._/-");
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
		size_t n = utf8_decode(text, &c);

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
