/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lanes: channels by which descriptors of clients travel from a front to a worker. The keeper never
 * holds such a descriptor (docs/adr/0015-lanes.md): it has a worker make a lane, passes the sending
 * end on to the front, and marks tasks with the requests whose descriptors they need.
 *
 * A lane belongs to one front, and its worker serves no other. It carries the descriptors of one
 * request at a time, until that request's first answer.
 */
#ifndef NSCTL_KEEPER_LANE_H
#define NSCTL_KEEPER_LANE_H

#include "daemon/keeper/request/request.h"
#include "daemon/keeper/workers/operation.h"

struct lane;

/* The lanes of one front. */
struct lanes {
	struct keeper *keeper;
	struct front_process *front;
	uid_t uid; /* the user whom the front's processes count against */
	void (*say)(
		struct front_process *front); /* sends the front the message in keeper->to_front */
	struct lane *first;
	size_t n;
	uint32_t last_number;
};

/* A process that a client has named by a pidfd, as a worker has found it, or the watcher of a pipe.
 * pid 0: the descriptor was neither, or the process or the pipe had ended. */
struct lane_process {
	pid_t pid;
	uint64_t start; /* see process_start_time() */
	int error;	/* ESRCH: the process has ended; 0: no pidfd */
};

/* Opens another lane for the front, up to the limit. The front is told when the lane is ready, or
 * why it gets none. */
void lane_open(struct lanes *lanes);
/* To be called when the front has closed its end of a lane. Returns 0, or -EBADMSG if there is no
 * such lane. */
int lane_end(struct lanes *lanes, struct wire_message *message);
/* To be called when the front is gone. Tasks of its workers go on. */
void lanes_free(struct lanes *lanes);

/*
 * Finds the lane that the request's message names, and assigns it to the request until its first
 * answer. Returns 0, or -EBADMSG if our fronts never send such a message. *ret says which
 * descriptors must be pidfds, and which pipes; request->pipes has the latter, too.
 */
int lane_claim(struct request *request, struct wire_message *message, struct task_processes *ret);
/* To be called when the request was answered: the worker closes descriptors that no task has
 * taken. */
void lane_release(const struct request *request);

/* Returns true while the request's lane carries out another task of the request. */
bool lane_is_busy(const struct request *request);
/*
 * Makes an operation, like operation_new(), that the lane's worker carries out with the request's
 * descriptors. last: no other task will need these. Returns 0, -EBUSY, -ECONNRESET (the lane has
 * ended) or another -errno.
 */
int lane_operation(const struct request *request, bool last, unsigned int seconds,
		   struct operation **ret);

/*
 * Has the worker find out which processes the request's pidfds are of, and make watchers of its
 * pipes. done is called once, with one element for each descriptor; with a failure, which else is
 * NULL, they have what was found until then. Returns 0, or -errno; then done is not called.
 */
typedef void lane_identified(struct request *request, const struct lane_process *processes,
			     const struct failure *failure, void *context);
int lane_identify(struct request *request, const struct task_processes *task, lane_identified *done,
		  void *context);

#endif
