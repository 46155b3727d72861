/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Logs requests: those that have started a session, those whose method has words for the log (done
 * in protocol/methods.h), and those that were refused or have failed through no fault of the
 * caller. A request has one line at most. Other changes are logged by the code that makes them. */
#pragma once

#include "daemon/keeper/request/request.h"

/* Logs that a request has succeeded, unless session is NULL and its method has no words for the
 * log. session: id of the session that the request has started. */
void audit_done(const struct request *request, const char *session);
/* Logs and counts that a request was refused or has failed, unless that is the caller's mistake. */
void audit_failed(struct counters *counters, const struct request *request,
		  const struct failure *failure);
