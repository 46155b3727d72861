/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A user's account as a set's own /etc/passwd and /etc/group have it. A command's process calls
 * this inside the set, with the rights of the set's owner: the files are the owner's, may be of any
 * kind, and are not trusted. Name services are never asked.
 */
#pragma once

#include "base.h"

/* The variables that an account gives: HOME, SHELL, USER and LOGNAME. */
#define ACCOUNT_VARIABLES 4

struct account {
	uid_t uid;
	gid_t gid;
	char variables[ACCOUNT_VARIABLES][PATH_MAX]; /* NAME=VALUE */
};

/* Functions that parse the text of /etc/passwd and of /etc/group, and overwrite it. account_parse()
 * finds the user, and returns 0, -ENOENT or -ENAMETOOLONG. account_parse_group() finds the next
 * group that has the user as a member, and returns false after the last one. */
int account_parse(char *text, const char *name, struct account *ret);
bool account_parse_group(char **text, const char *name, gid_t *ret);

/* Finds the user in /etc/passwd. Returns 0, -ENOENT if there is no such user, -ENXIO if the file is
 * not a regular one, -EFBIG if it is too large, or another -errno. */
int account_find(const char *name, struct account *ret);

/*
 * Replaces the supplementary groups by gid and those of the user's groups in /etc/group that are
 * mapped in the user namespace. If the user namespace denies setgroups(2), the groups stay as they
 * are. Returns 0 or -errno.
 */
int account_take_groups(const char *name, gid_t gid);
