/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random ids of sets, links, sessions and topologies, so that no id is ever used twice. */
#pragma once

#include "protocol/name.h"

/* Writes 16 hexadecimal digits and a NUL. */
void unique_id_new(char ret[static ID_SIZE]);
