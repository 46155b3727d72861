/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Logs requests: those that have started a session, those whose method has words for the log (the
 * member done in wire/method.h), and those that were refused, or have failed by an error of the
 * system. A request has one line at most. Other changes are logged by the code that makes them. */
#pragma once

#include "daemon/keeper/request/request.h"

/* Logs that a request has succeeded. session: id of the session that the request has started, or
 * NULL. With NULL, a request is logged only if its method has words for the log. */
void audit_done(const struct request *request, const char *session);
/* Logs and counts that a request was refused, or has failed by an error of the system. Does nothing
 * if the caller has made a mistake, such as a wrong value or a program that does not exist. */
void audit_failed(struct counters *counters, const struct request *request,
		  const struct failure *failure);
