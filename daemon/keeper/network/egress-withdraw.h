/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Removes addresses of names from the firewall when their set, or its list, is gone. They would end
 * by themselves, but late, and a user who makes sets again and again must not collect them. Until
 * they are removed they count for the user.
 */
#pragma once

#include "daemon/keeper/network/egress-names-state.h"

/* Removes the addresses of these names. */
void egress_withdraw(struct egress_names *names);
/* Removes addresses that were added after their names were gone. Takes grants. */
void egress_withdraw_late(struct keeper *keeper, uid_t uid, const char *interface,
			  const struct reach_names *list, struct grants *grants);
/* Returns the number of pairs of this user that are not removed yet. */
size_t egress_withdraw_pairs(uid_t uid);
/* Returns true while addresses are being removed at the interface. An address that is added there
 * now might be removed, too. */
bool egress_withdraw_busy(const char *interface);
void egress_withdraw_stop(void);
