/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Completion for shells. They only pass on the words (completions/): what may be typed is known
 * here, from the tables of verbs and options, and from the daemon.
 */
#pragma once

#include "client/verb.h"

/*
 * Prints what the last word may become, a line each: the whole word, a tab, and what it means. A
 * word that ends with "=", ":" or "/" goes on. A line that begins with ":" is something that the
 * shell completes itself: ":files", ":files @" (after an "@"), ":directories", ":users",
 * ":variables", or ":command N", a command and its arguments from word N on (counted from 0).
 */
void complete_print(struct client *client, const struct verb *verbs, char *const *words);
