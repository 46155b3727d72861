/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A parcel: a copy of a message that is sent later, with its own bytes and descriptors. */
#pragma once

#include "daemon/wire/codec.h"

/* Makes a copy, which can only be sent, by wire_send(). Returns 0, -EMSGSIZE, -ENOMEM, or -errno of
 * a descriptor that cannot be duplicated. */
int wire_parcel_new(const struct wire_writer *written, struct wire_writer **ret);
/* Frees a parcel, which may be NULL. Returns NULL. */
struct wire_writer *wire_parcel_free(struct wire_writer *parcel);
