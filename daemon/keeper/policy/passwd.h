/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Identities of users without a connected process, from the host's accounts (NSS). Only called at
 * start, as it may block.
 */
#ifndef NSCTL_KEEPER_PASSWD_H
#define NSCTL_KEEPER_PASSWD_H

#include "daemon/keeper/policy/peer.h"

/*
 * Finds the identity that uid would have after a login now; groups that the user has been removed
 * from are not included. gid is the desired group, used if the user still belongs to it. Root needs
 * no account. Returns 0, -ENOENT if uid has no account, or another -errno.
 */
int passwd_identity(uid_t uid, gid_t gid, struct peer_identity *ret);

#endif
