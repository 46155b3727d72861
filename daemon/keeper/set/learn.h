/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The method LearnEgress: for a while, a set or network also reaches destinations that its list of
 * egress does not have, and the client is told which of them were reached. Each call prolongs this
 * by LEARN_SECONDS. After this time without a call, the firewall ends it, whatever the daemon does.
 * It also ends with the connection. Learning is not recorded, and ends when the daemon ends.
 */
#pragma once

#include <stdint.h>

/* Ends learning that this connection has begun. Must be called when the connection has ended. */
void learn_connection_gone(uint32_t connection);
