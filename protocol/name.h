/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Allow-lists for every string of a client's that is used in a path, a kernel object or another
 * user's terminal. Pure functions on NUL-terminated UTF-8, without allocation.
 */
#ifndef NSCTL_PROTOCOL_NAME_H
#define NSCTL_PROTOCOL_NAME_H

#include <stdbool.h>

#define NAME_SIZE 65	  /* name of a set, network or link, with its NUL */
#define HOSTNAME_SIZE 65  /* maximum of sethostname(2), with a NUL */
#define ID_SIZE 17	  /* 16 hexadecimal digits and a NUL */
#define LABEL_KEY_SIZE 64 /* with the NUL */
#define LABEL_VALUE_SIZE 257

/* The name of a set, network or link: [a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?, and not "host". */
bool name_is_valid(const char *name);
#define NAME_REASON                                                                    \
	"a name is 1 to 64 of a-z 0-9 . _ -, begins and ends with a letter or digit, " \
	"and is not \"host\""

/* An id, of a session, set, link or Apply: exactly 16 lower-case hexadecimal digits. */
bool id_is_valid(const char *id);
#define SESSION_REASON "a session is 16 hexadecimal digits"

/* A host name by RFC 1123 and sethostname(2): 1 to 64 letters, digits, '-' and '.'; no label is
 * empty, or begins or ends with '-'. */
bool hostname_is_valid(const char *hostname);

/* A label's key: [A-Za-z0-9]([A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?. */
bool label_key_is_valid(const char *key);

/* A label's value: up to 256 bytes of UTF-8 without control characters (C0, DEL, C1, and the bidi
 * overrides). */
bool label_value_is_valid(const char *value);

/* An absolute path without "." or ".." components, up to PATH_MAX, no control characters. */
bool path_is_valid(const char *path);

#endif
