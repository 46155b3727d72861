/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who a user is when nobody of that user's is there to be asked: by the accounts of the host (NSS).
 * Called at start only, as it may wait.
 */
#ifndef NSCTL_KEEPER_PASSWD_H
#define NSCTL_KEEPER_PASSWD_H

#include "daemon/keeper/policy/peer.h"

/*
 * The identity of uid as a login would have it today: groups that it has been taken out of do not
 * come back. gid: the group that is wanted, had if it is still one of its own. Root
 * needs no account. Returns 0, -ENOENT where uid has no account, or -errno.
 */
int account_identity(uid_t uid, gid_t gid, struct peer_identity *ret);

#endif
