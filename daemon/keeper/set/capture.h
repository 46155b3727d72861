/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Captures of packets, by the method Capture. A capturer (daemon/kernel/capture.h) does the work,
 * and reports the end of the capture to the keeper through a pipe. The keeper closes its end of the
 * pipe if the client or the set has gone. Then, and when the keeper itself ends, the kernel kills
 * the capturer.
 */
#pragma once

#include "daemon/keeper/request/request.h"

/* The interface whose packets are captured. */
struct capture_place {
	struct set *set; /* the set or network */
	char interface[INTERFACE_SIZE];
	bool bridge; /* it is the bridge of a network */
};

/* Begins a capture, and keeps the request. The request is answered when the capture has begun, and
 * again when it has ended. Returns 0, or an error and *failure, and then nothing has happened. */
int capture_begin(struct keeper *keeper, const struct request *request,
		  const struct capture_place *place, const struct wire_capture *asked,
		  struct failure *failure);
/* Ends all captures in the set or network, which is being removed. */
void capture_end_of(const struct set *set);
