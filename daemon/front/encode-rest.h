/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What answers have beyond their rows. */
#ifndef NSCTL_FRONT_ENCODE_REST_H
#define NSCTL_FRONT_ENCODE_REST_H

#include <jansson.h>
#include "daemon/wire/codec.h"

/* Reads /etc/passwd once: names for owners, without NSS. */
void encode_load_names(void);

/* Puts what no row says of a struct whose rows have been put. */
void encode_rest(json_t *object, const struct wire_layout *layout, const void *record);

#endif
