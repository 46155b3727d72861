/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Subordinate ids: the ranges that /etc/subuid and /etc/subgid give to a user, by number or by the
 * name in /etc/passwd. The keeper reads these files itself and uses no NSS: a user of a directory
 * service must be entered by number. They are read again for every set that needs them, so an
 * administrator's changes apply at once.
 *
 * A line that is not exactly OWNER:FIRST:COUNT gives nothing, nor does one that exceeds the range
 * of ids, contains root, or overlaps an earlier one.
 */
#ifndef NSCTL_KEEPER_SUBID_H
#define NSCTL_KEEPER_SUBID_H

#include <sys/stat.h>
#include <sys/types.h>
#include "base.h"
#include "daemon/wire/layout.h"

#define SUBID_PASSWD "/etc/passwd"
#define SUBID_NAME_SIZE 256
/* One range of a map is for the caller's own id. */
#define SUBID_RANGES_MAX (MAP_RANGES_MAX - 1)

struct subid_range {
	uint32_t first, count;
};

/* In the file's order, without overlaps. */
struct subid_ranges {
	struct subid_range ranges[SUBID_RANGES_MAX];
	size_t n;
};

struct subid {
	struct subid_ranges users, groups;
};

/* Finds the ranges of uid in the text of /etc/subuid or /etc/subgid. name: NULL if uid has none. */
void subid_parse(const char *text, size_t size, uid_t uid, const char *name,
		 struct subid_ranges *ret);

/* Finds the first name of uid in the text of /etc/passwd; a name that looks like a number is
 * ignored. */
bool subid_find_name(const char *text, size_t size, uid_t uid, char ret[static SUBID_NAME_SIZE]);

/*
 * Reads uid's ranges in both files; a missing file gives none. Returns 0, -EPERM if a file does not
 * belong to root or others can write to it, or another -errno.
 */
int subid_read(const char *users_path, const char *groups_path, uid_t uid, struct subid *ret);

/* All lines of the file, in order of their first uid: they say which user is behind an id. */
struct subid_owners {
	struct subid_owned {
		struct subid_range range;
		uid_t owner;
	} * lines;
	size_t n;
	struct stat seen; /* state of the file that they were read from */
};

/* Reads the file again if it has changed. A missing file, or one that others than root can write
 * to, has no lines. */
void subid_owners_refresh(struct subid_owners *owners, const char *users_path);
/* Adds the lines of a text of such a file to owners; accounts is a text of /etc/passwd. A line that
 * contains the id of an account is left out. Returns 0 or -ENOMEM. */
int subid_owners_parse(const char *text, size_t size, const char *accounts, size_t accounts_size,
		       struct subid_owners *owners);
/* Returns true if uid is a subordinate id, and sets *ret to its user. */
bool subid_owners_find(const struct subid_owners *owners, uid_t uid, uid_t *ret);
void subid_owners_done(struct subid_owners *owners);

#endif
