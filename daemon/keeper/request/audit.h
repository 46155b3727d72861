/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Logs requests: one line for each that has changed something, that was refused, or that failed for
 * a reason of ours. A caller's own mistakes, and requests that only look, are not logged. Changes
 * without a request are logged where they happen.
 */
#ifndef NSCTL_KEEPER_AUDIT_H
#define NSCTL_KEEPER_AUDIT_H

#include "daemon/keeper/request/request.h"
#include "daemon/wire/layout.h"

/* session: the session that the request has started, or NULL. */
void audit_done(const struct request *request, const char *session);
void audit_failed(const struct request *request, const struct failure *failure);

#endif
