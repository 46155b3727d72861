/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Handlers: the functions that carry out the methods, one for each row of protocol/methods.h. Each
 * gets the decoded request, which is valid until the next request is handled; its strings are valid
 * as long as the message. A handler returns 0 if it has answered the request, or has kept it to
 * answer it later. Otherwise it returns an error and *failure, and methods.c answers with the
 * error.
 */
#pragma once

#include "daemon/keeper/request/request.h"

#define HANDLER(op, name, record, handler, ...)                                           \
	int handler(struct keeper *keeper, struct request *request, struct record *asked, \
		    struct failure *failure);
METHODS(HANDLER)
#undef HANDLER
