/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Receives all messages of fronts (the processes that serve clients). For a request: checks that
 * the caller may use the method and that the front has not too many requests in progress, decodes
 * the request, and calls its handler. The list of methods is in protocol/methods.h. */
#pragma once

/* The functions that modules of lower layers call by keeper->upcalls: see struct upcalls in
 * base/keeper.h. */
extern const struct upcalls upcalls;
