/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The receiving end of a lane, by which a front sends descriptors of clients to a worker
 * (docs/adr/0015-lanes.md). Whatever a client does to delay work on such a descriptor, closing it
 * included, delays only this worker.
 */
#pragma once

#include "daemon/kernel/fault.h"
#include "daemon/kernel/host.h"

struct lane_end {
	int fd;			     /* -1: not made yet */
	struct wire_message message; /* the descriptors of one request, */
	struct wire_handles handles; /* and a table of them for wire_decode() */
};

int lane_end_init(struct lane_end *end); /* returns 0 or -ENOMEM */

/* Makes a pair of sockets and reports the sending end to the keeper (REPORT_LANE). Returns the
 * receiving end, which blocks, or -errno. */
int lane_make(struct host *host);

/* Receives the descriptors of this request, unless that was done before, and closes those of other
 * requests. end->handles is empty if none came. */
void lane_fetch(struct lane_end *end, uint32_t connection, uint32_t request);

/* Closes the descriptors. */
void lane_drop(struct lane_end *end);

/* Reports (REPORT_PROCESS) for each descriptor that the task names: for a pidfd, its process; for a
 * pipe, the watcher that is started for it. Returns 0, or -errno and the fault. */
int lane_find_processes(const struct host *host, const struct lane_end *end,
			const struct task_processes *task, struct fault *fault);
