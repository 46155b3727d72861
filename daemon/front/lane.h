/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lanes: the ways by which descriptors of clients travel from this front to workers, past the
 * keeper (docs/adr/0015-lanes.md). The keeper hands lanes out, one for each request with
 * descriptors that it works on at the same time. The front uses a lane for one request, and again
 * after the first answer to it. Lanes that are not used for a while are closed.
 */
#ifndef NSCTL_FRONT_LANE_H
#define NSCTL_FRONT_LANE_H

#include "daemon/front/front.h"

/* The keeper has handed this lane out. Takes lane_fd. -1: there is none, or none any more. */
void lane_add(struct front *front, uint32_t number, int lane_fd);

/* Returns true when a lane is free; if none is, asks the keeper for one. */
bool lane_is_free(struct front *front);

/*
 * Sends front->handles by a free lane, as the descriptors of the request that front->writer holds,
 * and names the lane in it. Returns 0; -ENOBUFS: no lane is free; -EMSGSIZE; or another -errno.
 */
int lane_send(struct front *front);

/* The request in front->writer could not be sent after all: its lane, which holds descriptors that
 * nobody will fetch, is closed. */
void lane_cancel(struct front *front);

/* This request has been answered. Returns true if it had a lane, which is free again. */
bool lane_release(struct front *front, uint32_t connection, uint32_t request);

void lane_free_all(struct front *front);

#endif
