/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Subordinate ids: the ranges that /etc/subuid and /etc/subgid give to a user, by number or by the
 * name in /etc/passwd. The keeper parses these files itself, without NSS, so a user of a directory
 * service must be entered by number. It reads them for every set that needs them, so an
 * administrator's changes apply at once.
 *
 * A line gives a range only if it is exactly OWNER:FIRST:COUNT, and the range neither is empty, nor
 * exceeds the range of ids, nor contains root, nor overlaps an earlier one of the same user. A user
 * gets at most SUBID_RANGES_MAX ranges.
 */
#pragma once

#include "daemon/wire/layout.h"

#define SUBID_PASSWD "/etc/passwd"
#define SUBID_NAME_SIZE 256
/* A map can have one more range than this, for the caller's own id. */
#define SUBID_RANGES_MAX (MAP_RANGES_MAX - 1)

struct subid_range {
	uint32_t first, count;
};

/* Ranges without overlaps, in the order of the file. */
struct subid_ranges {
	struct subid_range ranges[SUBID_RANGES_MAX];
	size_t n;
};

struct subid {
	struct subid_ranges users, groups;
};

/* Finds the ranges of a user in the text of /etc/subuid or /etc/subgid. name is the user's name, or
 * NULL. */
void subid_parse(const char *text, size_t size, uid_t uid, const char *name,
		 struct subid_ranges *ret);

/* Finds the first name of uid in the text of /etc/passwd. Returns false if uid has none, or one
 * that is a number, is empty, is too long or has a NUL. */
bool subid_find_name(const char *text, size_t size, uid_t uid, char ret[static SUBID_NAME_SIZE]);

/* Reads the first name of uid in /etc/passwd. Returns 0, -ENOENT where subid_find_name() returns
 * false, or another -errno. */
int subid_read_name(uid_t uid, char ret[static SUBID_NAME_SIZE]);

/* Reads the ranges of uid in both files. A missing file gives none. Returns 0, -EPERM if one of the
 * files, or /etc/passwd, is not a regular file of root's that only root can write to, or another
 * -errno. */
int subid_read(const char *users_path, const char *groups_path, uid_t uid, struct subid *ret);

/* The lines of /etc/subuid that subid_owners_parse() accepts, sorted by their first id. They tell
 * which user is responsible for an id. */
struct subid_owners {
	struct subid_owned {
		struct subid_range range;
		uid_t owner;
	} * lines;
	size_t n;
	struct stat seen; /* the file when it was last read */
};

/* Reads the file at users_path again if it has changed. The file counts as empty if it is missing,
 * or if it or /etc/passwd cannot be read or is not a regular file of root's that only root can
 * write to. A change of /etc/passwd alone has no effect. */
void subid_owners_refresh(struct subid_owners *owners, const char *users_path);
/* Adds the lines of text, the contents of /etc/subuid. accounts is the contents of /etc/passwd.
 * Leaves out a line that is not OWNER:FIRST:COUNT, whose range contains the id of an account, or
 * whose owner is a name without an account. Returns 0 or -ENOMEM. */
int subid_owners_parse(const char *text, size_t size, const char *accounts, size_t accounts_size,
		       struct subid_owners *owners);
/* Returns true if uid is a subordinate id of another user, and sets *ret to that user. */
bool subid_owners_find(const struct subid_owners *owners, uid_t uid, uid_t *ret);
void subid_owners_done(struct subid_owners *owners);
