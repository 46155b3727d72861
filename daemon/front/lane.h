/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lanes: channels by which descriptors of clients travel from this front to workers, past the
 * keeper (docs/adr/0015-lanes.md). The keeper provides one lane for each request with descriptors
 * that it works on at the same time. The front uses a lane for one request, and again after that
 * request's first answer. Lanes that are unused for a while are closed.
 */
#pragma once

#include "daemon/front/front.h"

/* Adds a lane that the keeper offers, and takes lane_fd. If lane_fd is -1 (the lane's worker was
 * lost, or our table of descriptors is full), removes the lane and tells the keeper. */
void lane_add(struct front *front, uint32_t number, int lane_fd);

/* Returns true if a lane is free; if not, asks the keeper for one. */
bool lane_is_free(struct front *front);

/*
 * Sends front->handles by a free lane, as the descriptors of the request in front->writer, and
 * names the lane in the request. Returns 0, -ENOBUFS (no lane is free), -EMSGSIZE, or another
 * -errno.
 */
int lane_send(struct front *front);

/* Closes the lane of the request in front->writer, which could not be sent: its worker would never
 * fetch the descriptors. */
void lane_cancel(struct front *front);

/* Frees the lane of a request that was answered. Returns true if the request had a lane. */
bool lane_release(struct front *front, uint32_t connection, uint32_t request);

void lane_free_all(struct front *front);
