/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Receives all messages of fronts: checks that the caller may call the method and has not too many
 * requests in progress, decodes the request, and calls its handler. The list of methods is in
 * protocol/methods.h. */
#pragma once

/* The functions by which lower modules call higher ones (base/keeper.h): one receives all messages
 * of fronts, and the others receive notifications. No other call goes up. */
extern const struct upcalls upcalls;
