/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finds the identity of a user from the host's accounts (NSS). nsctld needs it for sets that it
 * makes again at its start, when their owner has no connection. NSS may block.
 */
#pragma once

#include "daemon/keeper/policy/peer.h"

/*
 * Finds the identity that uid would have after a login now. gid is the group that *ret should have;
 * if the user does not belong to it any more, *ret has the user's login group. Root needs no
 * account. Returns 0, -ENOENT if uid has no account, or another -errno.
 */
int passwd_identity(uid_t uid, gid_t gid, struct peer_identity *ret);
