/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts the daemon's errors into words. */
#pragma once

#include <jansson.h>

/* Returns a sentence about the error with this Varlink id, without a full stop, or NULL if there is
 * no memory. The caller frees it. */
char *sentence_of(const char *id, const json_t *parameters);

/* Returns the negative errno that comes closest to the error: see nsctl_reply_errno(). */
int sentence_errno(const char *id, const json_t *parameters);
