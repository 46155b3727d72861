/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which addresses are forbidden for egress, and which are public: a name of a host on a list of
 * egress (struct wire_reach: what a set or network may reach) may lead to public ones only. */
#pragma once

#include "daemon/keeper/policy/address.h"
#include "daemon/keeper/policy/config.h"

/* Returns true if the configuration forbids this address (egress-forbidden), or if it lies in a
 * pool from which ways out get their addresses. (A way out is the link of a set or network to the
 * host, for egress or published ports.) An address in 64:ff9b::/96 (NAT64) is also forbidden if the
 * IPv4 address in it is. */
bool outside_is_forbidden(const struct config *config, const struct address *address);
/* Returns true if the address is public, and not forbidden. The owner of a name can point it at any
 * address (DNS rebinding), so a name does not give access to a private address: that must itself be
 * on the list. Of a NAT64 address, the IPv4 address in it must be public, too. */
bool outside_is_public(const struct config *config, const struct address *address);
