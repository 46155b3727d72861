/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Subordinate ids: which ranges /etc/subuid and /etc/subgid give to a user, by number or by the
 * name that /etc/passwd has for it. Read by the keeper, which asks no NSS for it: a name that only
 * a directory service knows has to stand there by number. Read again for every set that needs them:
 * what an administrator takes away is gone at once.
 *
 * Never more than what the lines say: a line that is not exactly OWNER:FIRST:COUNT gives nothing,
 * nor does one that reaches beyond the ids that there are, holds root, or overlaps an earlier one.
 */
#ifndef NSCTL_KEEPER_SUBID_H
#define NSCTL_KEEPER_SUBID_H

#include <sys/stat.h>
#include <sys/types.h>
#include "base.h"
#include "daemon/wire/layout.h"

#define SUBID_PASSWD "/etc/passwd"
#define SUBID_NAME_SIZE 256
/* One range of a map is the caller's own id. */
#define SUBID_RANGES_MAX (MAP_RANGES_MAX - 1)

struct subid_range {
	uint32_t first, count;
};

/* In the file's order; none overlaps another. */
struct subid_ranges {
	struct subid_range ranges[SUBID_RANGES_MAX];
	size_t n;
};

struct subid {
	struct subid_ranges users, groups;
};

/* The ranges of uid in the text of /etc/subuid or /etc/subgid; name: NULL where it has none. */
void subid_parse(const char *text, size_t size, uid_t uid, const char *name,
		 struct subid_ranges *ret);

/* The first name of uid in the text of /etc/passwd; one that looks like a number is none. */
bool subid_find_name(const char *text, size_t size, uid_t uid, char ret[static SUBID_NAME_SIZE]);

/*
 * Both files' ranges of uid; one that is absent gives none. The files must belong to root and be
 * writable by root alone: else -EPERM. 0 or -errno.
 */
int subid_read(const char *users_path, const char *groups_path, uid_t uid, struct subid *ret);

/* All lines of the file that uids have, in order of their first one: who stands behind an id. */
struct subid_owners {
	struct subid_owned {
		struct subid_range range;
		uid_t owner;
	} * lines;
	size_t n;
	struct stat seen; /* the file that they are of */
};

/* Reads the file again if it has changed since. A file that is absent, or that others than root may
 * write, has no lines. */
void subid_owners_refresh(struct subid_owners *owners, const char *users_path);
/* From texts of such a file and of /etc/passwd; adds to owners. A line is left out that holds the
 * id of an account. Returns 0 or -ENOMEM. */
int subid_owners_parse(const char *text, size_t size, const char *accounts, size_t accounts_size,
		       struct subid_owners *owners);
/* Returns true when uid is a subordinate id, and *ret: the user it is of. */
bool subid_owners_find(const struct subid_owners *owners, uid_t uid, uid_t *ret);
void subid_owners_done(struct subid_owners *owners);

#endif
