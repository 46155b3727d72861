/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A message that is sent later than it is written: a copy, which owns its bytes and descriptors. */
#ifndef NSCTL_WIRE_PARCEL_H
#define NSCTL_WIRE_PARCEL_H

#include "daemon/wire/codec.h"

/* *ret can be sent by wire_send() and nothing else. 0, -EMSGSIZE, -ENOMEM, or -errno of a
 * descriptor that cannot be duplicated. */
int wire_parcel_new(const struct wire_writer *written, struct wire_writer **ret);
/* Returns NULL; fine for NULL. */
struct wire_writer *wire_parcel_free(struct wire_writer *parcel);

#endif
