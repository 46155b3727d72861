/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random ids of sets, links, sessions and topologies, so that no id is ever used twice. */
#ifndef NSCTL_KEEPER_UNIQUE_ID_H
#define NSCTL_KEEPER_UNIQUE_ID_H

#include "protocol/name.h"

/* Writes 16 hexadecimal digits and a NUL. */
void unique_id_new(char ret[static ID_SIZE]);

#endif
