/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The method LearnEgress: for a while, a set or network also reaches destinations that its list of
 * egress does not have, and the client is told which of them were reached. Each call lets this go
 * on for LEARN_SECONDS (learn.c). After this time without a call, the firewall ends it, whatever
 * the daemon does. It also ends with the connection. It is not recorded, so a new daemon does not
 * go on with it.
 */
#pragma once

#include <stdint.h>

/* Ends learning that this connection has begun. Must be called when the connection has ended. */
void learn_connection_gone(uint32_t connection);
