/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of config.c share: values, who is meant, and how a wrong one is told. */
#ifndef NSCTL_KEEPER_CONFIG_PART_H
#define NSCTL_KEEPER_CONFIG_PART_H

#include "daemon/keeper/policy/config.h"

struct loading;
/* Keeps the text, with file and line before it, unless there is one already; -EINVAL. */
int config_complain(struct loading *loading, const char *format, ...) _printf_(2, 3);

/* "512", and with sizes "16M": 0 or -EINVAL. */
int config_parse_number(const char *text, bool size, uint64_t max, uint64_t *ret);
/* By name, or by number, which is then the group's too. 0 or -ENOENT. */
int config_find_user(const char *name, uid_t *ret_uid, gid_t *ret_gid);

/* Users, @groups and *, with commas or spaces between, instead of what *who has; "host" where it
 * may be. key: for messages. 0, -EINVAL (told) or -ENOMEM. */
int config_parse_who(struct loading *loading, const char *key, bool may_be_host, const char *value,
		     struct config_who *who);
void config_who_done(struct config_who *who);

#endif
