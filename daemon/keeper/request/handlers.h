/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The functions that answer the methods, one for each row of protocol/methods.h. Each is given what
 * was asked, decoded; it lives until the next request is handled, and its strings as long as the
 * message. Returns 0 if the request is answered, now or later (then the handler has kept it), or an
 * error and *failure, which methods.c answers with: nothing is kept.
 */
#ifndef NSCTL_KEEPER_HANDLERS_H
#define NSCTL_KEEPER_HANDLERS_H

#include "daemon/keeper/request/request.h"

#define HANDLER(op, name, record, handler, ...)                                           \
	int handler(struct keeper *keeper, struct request *request, struct record *asked, \
		    struct failure *failure);
METHODS(HANDLER)
#undef HANDLER

#endif
