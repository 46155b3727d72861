/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of check.h about a set's mounts. Pure functions. */
#pragma once

#include "daemon/wire/layout.h"
#include "protocol/error.h"

/* Checks one mount of the list. Returns 0, or ERROR_INVALID_VALUE and its field. */
int check_mount(const struct wire_spec *spec, size_t index, struct failure *failure);

/* Returns true if the paths differ only in repeated slashes. Neither may contain . or .. as a
 * component. */
bool check_same_path(const char *a, const char *b);

/* Returns true if the set has views, which must stay as they are. Unless propagation is private,
 * mounts that are made outside later would be seen in them. */
bool check_has_views(const struct wire_spec *spec);

/* Returns true if /dev/shm comes with the set's root or mounts. */
bool check_has_shm(const struct wire_spec *spec);
