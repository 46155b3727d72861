/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random ids of sets, links, sessions and calls of Apply. They have 64 bits, so that hardly any id
 * is ever used twice. */
#pragma once

#include "protocol/name.h"

/* Writes 16 hexadecimal digits and a NUL. */
void unique_id_new(char ret[static ID_SIZE]);
