/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Captures of packets, by the method Capture. A capturer, a process (daemon/kernel/capture.h),
 * writes the packets to the client's descriptor, and reports the result to the keeper through a
 * pipe. If the client has gone, or the set is to be removed, the keeper closes its end of the pipe.
 * Then, and when the keeper itself ends, the kernel kills the capturer. */
#pragma once

#include "daemon/keeper/request/request.h"

/* The interface whose packets are captured. */
struct capture_place {
	struct set *set; /* the set or network */
	char interface[INTERFACE_SIZE];
	bool bridge; /* the interface is the bridge of set, a network */
};

/* Begins a capture. Returns 0, or an error and *failure. After 0, this module answers the request:
 * when the capture has begun, and again when it has ended; or with an error. After an error, the
 * caller answers it. */
int capture_begin(struct keeper *keeper, const struct request *request,
		  const struct capture_place *place, const struct wire_capture *asked,
		  struct failure *failure);
/* Ends all captures in the set or network with an error. Must be called before the set is
 * removed. */
void capture_end_of(const struct set *set);
