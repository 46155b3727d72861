/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way in for all messages of fronts: checks that the caller may call a method at all and has
 * not too many requests in progress, decodes the request, and calls the method's handler. The list
 * of methods is in protocol/methods.h.
 */
#pragma once

/* The table of this function and of others by which modules below call modules above. No other call
 * goes up. */
extern const struct upcalls upcalls;
