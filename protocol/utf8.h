/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* UTF-8. Texts end with a NUL. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the first character of text, which must not be empty. Returns the number of its bytes, or
 * 0 if they are not UTF-8: overlong, a surrogate, above U+10FFFF, or incomplete. */
size_t utf8_decode(const char *text, uint32_t *ret_character);
bool utf8_is_valid(const char *text);
