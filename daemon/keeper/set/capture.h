/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Captures of packets, by the method Capture. A capturer (daemon/kernel/capture.h) does the work,
 * and reports the result to the keeper through a pipe. If the client or the set has gone, the
 * keeper closes its end of the pipe. Then, and when the keeper itself ends, the kernel kills the
 * capturer. */
#pragma once

#include "daemon/keeper/request/request.h"

/* The interface whose packets are captured. */
struct capture_place {
	struct set *set; /* the set or network */
	char interface[INTERFACE_SIZE];
	bool bridge; /* the interface is the bridge of set, a network */
};

/* Begins a capture. Keeps the request, and answers it when the capture has begun and again when it
 * has ended, or with an error. Returns 0; or an error and *failure, and then the caller answers. */
int capture_begin(struct keeper *keeper, const struct request *request,
		  const struct capture_place *place, const struct wire_capture *asked,
		  struct failure *failure);
/* Ends all captures in the set or network with an error. Must be called before the set is
 * removed. */
void capture_end_of(const struct set *set);
