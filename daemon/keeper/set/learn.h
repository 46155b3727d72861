/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The method LearnEgress: for a while, a set or network reaches what its list does not have, and
 * the client is told what that was. Each call prolongs this by LEARN_SECONDS, and the firewall ends
 * it by itself then. It also ends with the connection, and is not recorded: every end of a process,
 * and every start, finds or makes the list closed.
 */
#pragma once

#include <stdint.h>

/* Ends the learning that this connection has begun. Must be called when the connection has
 * ended. */
void learn_connection_gone(uint32_t connection);
