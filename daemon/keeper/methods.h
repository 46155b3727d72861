/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way in for all messages of fronts: checks that the caller may call a method at all and has
 * not too many requests in progress, decodes the request, and calls the method's handler. The list
 * of methods is in protocol/methods.h.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Handles one message of a front. Returns 0, or -EBADMSG for a message that
 * our fronts never send. */
int methods_dispatch(struct front_process *front, struct wire_message *message);
