/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The current place of a decoding in the parameters, and refusals of the value there. */
#pragma once

#include "daemon/front/decode.h"

/* Returns the member of object called key, or NULL if it is absent or null. */
const json_t *decode_member(const json_t *object, const char *key);

/* Append a member or an element to the path. Return the former length of the path, which
 * decode_leave() restores. */
size_t decode_enter(struct decoding *decoding, const char *key);
size_t decode_enter_index(struct decoding *decoding, size_t index);
void decode_leave(struct decoding *decoding, size_t length);

/* Refuses the value at the path. Returns the error. */
int decode_refuse(struct decoding *decoding, const char *format, ...) _printf_(2, 3);
/* Refuses the value at a key below the path. Returns the error. */
int decode_refuse_at(struct decoding *decoding, const char *key, const char *reason);

/* Decodes the command of Exec or Run, see decode.h. */

/* Decodes a command's arguments and environment, and fills in decoding->memory_fd. Returns 0, or an
 * error with decoding->failure set. */
int decode_command(struct decoding *decoding, const json_t *parameters, struct wire_command *ret);
