/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The methods that clients can call: finds the handler of each, after checking that the caller may
 * call it at all, and has not too many calls in progress.
 */
#ifndef NSCTL_KEEPER_METHODS_H
#define NSCTL_KEEPER_METHODS_H

#include "daemon/keeper/base/keeper.h"

/* Handles one message of a front. Returns 0, or -EBADMSG if our fronts never send such a
 * message. */
int methods_dispatch(struct front_process *front, struct wire_message *message);

#endif
