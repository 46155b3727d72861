/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The values of configuration keys: numbers, and the users and groups that a key names. */
#ifndef NSCTL_KEEPER_CONFIG_VALUE_H
#define NSCTL_KEEPER_CONFIG_VALUE_H

#include "daemon/keeper/policy/config.h"

/* Reads "512", and if it is a size "16M". Returns 0 or -EINVAL. */
int config_parse_number(const char *text, bool size, uint64_t max, uint64_t *ret);
/* Finds a user by name, or by number, which is then the group's too. Returns 0 or -ENOENT. */
int config_find_user(const char *name, uid_t *ret_uid, gid_t *ret_gid);

#define CONFIG_WORD_SIZE 256
/* Reads users, @groups and *, with commas or spaces between, instead of what *who has; "host" too
 * if that may be. Returns 0, -ENOENT (unknown: the word that names no user or group) or -ENOMEM. */
int config_parse_who(const char *value, bool may_be_host, struct config_who *who,
		     char unknown[static CONFIG_WORD_SIZE]);
void config_who_done(struct config_who *who);

#endif
