/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The method LearnEgress learns a list of egress (the destinations to which a set or network may
 * send packets). While the list is learned, destinations that are not in it are reached, too, and
 * the client is told which of them were reached. Each call prolongs the learning by LEARN_SECONDS
 * (learn.c). After this time without a call, the firewall lets such packets through no more,
 * whatever the daemon does. The learning also ends with the client's connection. It is not
 * recorded, so a new daemon does not continue it.
 */
#pragma once

#include <stdint.h>

/* Ends learning that this connection has begun. Must be called when the connection has ended. */
void learn_connection_gone(uint32_t connection);
