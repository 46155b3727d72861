/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parts of requests that no row describes, see decode.h. */
#pragma once

#include "daemon/front/decode.h"

/* Reads the parts of a struct that no row describes, after its rows. Returns 0, or an error with
 * decoding->failure set. */
int decode_rest(struct decoding *decoding, const struct wire_layout *layout, const json_t *object,
		void *ret);
