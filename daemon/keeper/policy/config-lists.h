/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* [lists] of the configuration, and the words USER:LIST of [allow] egress. */
#pragma once

#include "daemon/keeper/policy/config-value.h"

/* Adds the entries of value, which commas or blanks separate, to the list of this name. line: the
 * present line of the file. Returns NULL, or a static text that says what is wrong, with *ret_word:
 * the word that it is about. */
const char *config_add_to_list(struct config *config, const char *name, const char *value,
			       unsigned int line, char ret_word[static CONFIG_WORD_SIZE]);
/* Gives egress to the list to the users named by the word, USER:LIST or @GROUP:LIST. Returns as
 * config_add_to_list() does. */
const char *config_add_grant(struct config *config, const char *word, unsigned int line);
void config_free_lists(struct config *config);
