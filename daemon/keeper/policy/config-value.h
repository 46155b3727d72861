/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values of configuration keys: numbers, users and groups, and [lists]. */
#pragma once

#include "daemon/keeper/policy/config.h"

/* Parses a number such as "512", at most max. size: the number may have a unit (K, M, G). Returns 0
 * or -EINVAL. */
int config_parse_number(const char *text, bool size, uint64_t max, uint64_t *ret);
/* Finds a user by name or, if no user has this name, by number; then *ret_gid is the same number.
 * Returns 0 or -ENOENT. */
int config_find_user(const char *name, uid_t *ret_uid, gid_t *ret_gid);

#define CONFIG_WORD_SIZE 256
/* Replaces *who by the users, @groups and "*" in value, which commas or blanks separate.
 * may_be_host: value may also have the word "host". Returns 0, -ENOMEM, or -ENOENT with *unknown,
 * the word that names no user or group. */
int config_parse_who(const char *value, bool may_be_host, struct config_who *who,
		     char unknown[static CONFIG_WORD_SIZE]);
/* Adds to *who the user, the @group or "*" that the word names. Returns 0, -ENOENT or -ENOMEM. */
int config_add_who(const char *word, struct config_who *who);
void config_who_done(struct config_who *who);

/* [lists] of the configuration, and the words USER:LIST of [allow] egress. */

/* Adds the entries of value, which commas or blanks separate, to the list of this name, which is
 * made if needed. line: the current line of the file. Returns NULL, or a text that says what is
 * wrong with *ret_word. */
const char *config_add_to_list(struct config *config, const char *name, const char *value,
			       unsigned int line, char ret_word[static CONFIG_WORD_SIZE]);
/* Gives a user or group the right to a list, which is made if needed. word: USER:LIST or
 * @GROUP:LIST. line: the current line of the file. Returns NULL, or a text that says what is
 * wrong. */
const char *config_add_grant(struct config *config, const char *word, unsigned int line);
void config_free_lists(struct config *config);
