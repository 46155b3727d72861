/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What create.c and remove.c share: of sets and networks alike. */
#ifndef NSCTL_KEEPER_CREATE_PART_H
#define NSCTL_KEEPER_CREATE_PART_H

#include "daemon/keeper/set/create.h"

/* "set" or "network". */
const char *lifecycle_what(const struct set *set);
/* What the limit counts. */
uint32_t *lifecycle_count(struct registry_use *use, bool network);
/* In memory and on disk: the kernel has nothing of it. */
void lifecycle_forget(struct keeper *keeper, struct set *set);

#endif
