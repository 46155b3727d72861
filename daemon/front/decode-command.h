/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decodes the command of Exec or Run, see decode.h. */
#pragma once

#include "daemon/front/decode.h"

/* Decodes a command's arguments and environment, and fills in decoding->memory_fd. Returns 0, or an
 * error with decoding->failure set. */
int decode_command(struct decoding *decoding, const json_t *parameters, struct wire_command *ret);
