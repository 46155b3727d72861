/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lanes: channels by which descriptors of clients travel from this front to workers, past the
 * keeper (docs/adr/0015-lanes.md). The keeper provides one lane for each request with descriptors
 * that it works on at the same time. The front uses a lane for one request, and again after that
 * request's first answer. Lanes that are unused for a while are closed.
 */
#ifndef NSCTL_FRONT_LANE_H
#define NSCTL_FRONT_LANE_H

#include "daemon/front/front.h"

/* Adds a lane from the keeper. Takes lane_fd. -1: there is none, or none any more. */
void lane_add(struct front *front, uint32_t number, int lane_fd);

/* Returns true if a lane is free; if not, asks the keeper for one. */
bool lane_is_free(struct front *front);

/*
 * Sends front->handles by a free lane, as the descriptors of the request in front->writer, and
 * names the lane in the request. Returns 0, -ENOBUFS (no lane is free), -EMSGSIZE, or another
 * -errno.
 */
int lane_send(struct front *front);

/* To be called if the request in front->writer could not be sent: closes its lane, whose
 * descriptors will not be fetched. */
void lane_cancel(struct front *front);

/* To be called when this request was answered. Returns true if it had a lane, which is free
 * again. */
bool lane_release(struct front *front, uint32_t connection, uint32_t request);

void lane_free_all(struct front *front);

#endif
