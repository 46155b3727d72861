/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The method LearnEgress: for a while, a set or network also reaches what its list does not have,
 * and the client is told what that was. Each call prolongs this by LEARN_SECONDS, after which the
 * firewall ends it by itself. It also ends with the connection. It is not recorded: when any
 * process of the daemon ends or starts, the list is closed.
 */
#pragma once

#include <stdint.h>

/* Ends the learning that this connection has begun. Must be called when the connection has
 * ended. */
void learn_connection_gone(uint32_t connection);
