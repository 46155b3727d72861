/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds out whether a list limits what a set reaches outside. */
#pragma once

#include "daemon/keeper/state/registry.h"

/* Returns true if egress is limited to a list: that of the set, of a set around it, or of a network
 * that one of these is linked to. */
bool set_is_listed(const struct registry *registry, const struct set *set);
