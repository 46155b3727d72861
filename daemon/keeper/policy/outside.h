/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The addresses that a name in a list may lead to. */
#pragma once

#include "daemon/keeper/policy/address.h"
#include "daemon/keeper/policy/config.h"

/* Returns true if the configuration forbids this address, or it is one of the pool's, which sets
 * have. An IPv4 address within one of IPv6 counts as well. */
bool outside_is_forbidden(const struct config *config, const struct address *address);
/* Returns true if a name may lead to this address: it is public, and not forbidden. Whoever owns a
 * name can have it lead anywhere (DNS rebinding), so private addresses must be listed by
 * themselves. */
bool outside_is_public(const struct config *config, const struct address *address);
