/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the log says of requests: one line for each that has changed something, for each that was
 * refused, and for each that failed for a reason of ours. Who has made a mistake, or only looks, is
 * told so himself and nobody else. Changes that nobody has asked for are logged where they happen.
 */
#ifndef NSCTL_KEEPER_AUDIT_H
#define NSCTL_KEEPER_AUDIT_H

#include "daemon/keeper/request/request.h"
#include "daemon/wire/layout.h"

/* session: the one that it has started, or NULL. */
void audit_done(const struct request *request, const char *session);
void audit_failed(const struct request *request, const struct failure *failure);

#endif
