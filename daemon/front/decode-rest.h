/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What requests have beyond their rows; as decode.h. */
#ifndef NSCTL_FRONT_DECODE_REST_H
#define NSCTL_FRONT_DECODE_REST_H

#include "daemon/front/decode.h"

/* Reads what no row says of a struct whose rows have been read. Returns 0, or an error with
 * decoding->failure set. */
int decode_rest(struct decoding *decoding, const struct wire_layout *layout, const json_t *object,
		void *ret);

#endif
