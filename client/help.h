/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts about verbs: for users who ask for help, for those who type a verb that does not exist, and
 * for programs. */
#pragma once

#include "client/verb.h"

/* Prints the list of verbs, and the options that all of them take. */
void help_all(const struct verb *verbs);
/* Prints the usage of a verb such as "link", and the usage of each verb of its own. */
void help_group(const struct verb *group);

/* Reports that a verb does not exist, and suggests another. group: the verb to which it should
 * belong, or NULL. Returns STATUS_USAGE. */
int help_unknown(const struct verb *verbs, const struct verb *group, const char *name);

/* Returns true if the words are a command of a similar program that means something else here ("ps
 * -a"). Then it has reported our command for it. */
bool help_is_foreign(const struct verb *verbs, char *const *words);

/*
 * Prints the table: for each verb, and then for each of its options, a line of fields between tabs.
 * "heading" TEXT; "verb" NAME ALIAS USAGE SUMMARY PAGE EXAMPLES; "option" VERB LETTER NAME ARGUMENT
 * TEXT HEADING. The verb of options that all verbs take is "*", and of those before the verb, "".
 * An end of a line within a field is printed as "\n".
 */
void help_table(const struct verb *verbs);
