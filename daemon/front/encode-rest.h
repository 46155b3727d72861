/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parts of answers that no row describes. */
#pragma once

#include <jansson.h>
#include "daemon/wire/layout.h"

/* Reads the names of owners from /etc/passwd, without NSS. Must be called once, at the start. */
void encode_load_names(void);

/* Fills in what only the front knows: the owner's name, and the number of processes of a set with
 * commands. */
void encode_complete(struct wire_summary *summary);

/* Adds the parts of a struct that no row describes, after its rows. */
void encode_rest(json_t *object, const struct wire_layout *layout, const void *record);
