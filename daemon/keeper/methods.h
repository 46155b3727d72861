/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The methods that clients can call: which function answers each, and what is asked before it does:
 * whether the caller may call it at all, and whether it has too much under way already.
 */
#ifndef NSCTL_KEEPER_METHODS_H
#define NSCTL_KEEPER_METHODS_H

#include "daemon/keeper/base/keeper.h"

/* Handles one message of a front's. Returns 0, or -EBADMSG: no front of ours says that. */
int methods_dispatch(struct front *front, struct wire_message *message);

#endif
