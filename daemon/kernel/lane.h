/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The receiving end of a lane, by which a front sends descriptors of clients to a worker
 * (docs/adr/0015-lanes.md). Whatever a client does to such a descriptor, its closing included,
 * harms this worker alone.
 */
#ifndef NSCTL_KERNEL_LANE_H
#define NSCTL_KERNEL_LANE_H

#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"
#include "daemon/wire/task.h"

struct lane_end {
	int fd;			     /* -1: none has been made */
	struct wire_message message; /* the descriptors of one request ... */
	struct wire_handles handles; /* ... as a table for wire_decode() */
};

int lane_end_init(struct lane_end *end); /* 0 or -ENOMEM */

/* Makes a pair of sockets and reports the sending end to the keeper (REPORT_LANE). Returns the
 * receiving end, which blocks, or -errno. */
int lane_make(struct host *host);

/* Receives the descriptors of this request, unless they have been before. Those of other requests
 * are closed. Leaves end->handles empty where none came. */
void lane_fetch(struct lane_end *end, uint32_t connection, uint32_t request);

/* Closes the descriptors. */
void lane_drop(struct lane_end *end);

/* Reports for each of these descriptors which process it is a pidfd of (REPORT_PROCESS). Returns 0,
 * or -errno and the fault. */
int lane_identify(const struct host *host, const struct lane_end *end, uint64_t processes,
		  struct fault *fault);

#endif
