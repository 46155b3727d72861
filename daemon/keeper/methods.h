/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Receives all messages of fronts: checks that the caller may call the method and has not too many
 * requests in progress, decodes the request, and calls its handler. The list of methods is in
 * protocol/methods.h. */
#pragma once

/* The functions by which modules below call modules above: the way in for messages, and others. No
 * other call goes up. */
extern const struct upcalls upcalls;
