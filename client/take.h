/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Functions for option_row.take. Each converts the argument of the current option to a value of the
 * interface, and puts it at the field of the option's row. All return 0, or an exit status after
 * reporting an error.
 */
#pragma once

#include "client/options.h"
#include "client/text.h"

int take_nothing(struct options *options); /* an option without a value of its own */
int take_true(struct options *options);
int take_false(struct options *options);
int take_text(struct options *options);
int take_word(struct options *options);	   /* one of "A|B|C", as in help */
int take_name(struct options *options);	   /* of a set or a link */
int take_id(struct options *options);	   /* of a user or a group, as a number */
int take_kinds(struct options *options);   /* "mnt,net" */
int take_label(struct options *options);   /* "K=V", a member of the field's object */
int take_seconds(struct options *options); /* such as 2 or 0.5 */

/* Returns the object at the row's field, which is made if it is absent. */
json_t *take_object(const struct options *options);
/* Puts a new value at the row's field, and remembers the option for messages about that field. */
void take_put(const struct options *options, json_t *value);
/* Appends the current option as it was typed, or the beginning of one that is long. */
void take_add_typed(const struct options *options, struct text *ret);
/* Remembers that entry number index of the list at the current option's field comes from that
 * option, so that messages about the entry show what was typed. take_put() does this by itself. */
void take_note(const struct options *options, size_t index);
/* Remembers the current option in the same way for a value that is no entry of a list. */
void take_note_value(const struct options *options);
/* Puts a number from lowest to highest at the row's field. wanted is as for take_value(). */
int take_number(const struct options *options, int64_t lowest, int64_t highest, const char *wanted);
/* Puts value at the row's field. If value is NULL, rejects the argument: see options_reject(). */
int take_value(const struct options *options, json_t *value, const char *wanted);
