/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Logs requests: at most one line for each request that has changed something, was refused, or
 * failed through no fault of the caller. Mistakes of callers and requests that only read are not
 * logged. A change that no request has asked for is logged by the code that makes it. */
#pragma once

#include "daemon/keeper/request/request.h"

/* Logs that a request has succeeded. session: id of the session that it has started, or NULL. */
void audit_done(const struct request *request, const char *session);
/* Logs and counts that a request was refused or has failed, unless that is the caller's mistake. */
void audit_failed(struct counters *counters, const struct request *request,
		  const struct failure *failure);
