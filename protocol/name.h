/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks of the strings that clients send and that nsctl uses in a path, a kernel object or another
 * user's terminal. Each check lists what is allowed. Pure functions on NUL-terminated strings,
 * without allocation.
 */
#pragma once

#include <stdbool.h>

#define NAME_SIZE 65	  /* name of a set, network or link, with its NUL */
#define HOSTNAME_SIZE 65  /* maximum of sethostname(2), with a NUL */
#define ID_SIZE 17	  /* 16 hexadecimal digits and a NUL */
#define LABEL_KEY_SIZE 64 /* with the NUL */
#define LABEL_VALUE_SIZE 257

/* Returns true for the name of a set, network or link: [a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?, and
 * not "host". */
bool name_is_valid(const char *name);
#define NAME_REASON                                                                    \
	"a name is 1 to 64 of a-z 0-9 . _ -, begins and ends with a letter or digit, " \
	"and is not \"host\""

/* Returns true for the id of a session, set, link or Apply: exactly 16 lower-case hexadecimal
 * digits. */
bool id_is_valid(const char *id);
#define SESSION_REASON "a session is 16 hexadecimal digits"

/* Returns true for a host name by RFC 1123 and sethostname(2): 1 to 64 letters, digits, '-' and
 * '.'; no label is empty, or begins or ends with '-'. */
bool hostname_is_valid(const char *hostname);

/* Returns true for the name of a domain or of a host in one: up to 253 letters, digits, '-', '_'
 * and '.', of parts like those of a host name. */
#define DOMAIN_SIZE 254 /* with the NUL */
bool domain_is_valid(const char *domain);
/* Returns true for an option of resolv.conf(5), such as "ndots:2" or "rotate". */
#define DNS_OPTION_SIZE 32
bool dns_option_is_valid(const char *option);

/* Returns true for the key of a label: [A-Za-z0-9]([A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?. */
bool label_key_is_valid(const char *key);

/* Returns true for the value of a label: up to 256 bytes of UTF-8 without control characters (C0,
 * DEL, C1) and bidi overrides. */
bool label_value_is_valid(const char *value);

/* Returns true for an absolute path, below PATH_MAX bytes, without "." or ".." components and
 * without control characters. */
bool path_is_valid(const char *path);
#define PATH_REASON "must be an absolute path without ., .. and control characters"
