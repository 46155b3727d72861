/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lanes: channels by which clients' descriptors travel from a front to a worker. The keeper never
 * holds such a descriptor (docs/adr/0015-lanes.md). It lets a worker make a lane, and passes the
 * sending end to the front. Each task for the worker says which request's descriptors it needs.
 *
 * A lane belongs to one front, and its worker serves no other. It carries the descriptors of one
 * request at a time, until the first answer to that request.
 */
#pragma once

#include "daemon/keeper/request/request.h"
#include "daemon/keeper/workers/operation.h"

struct lane;

/* The lanes of one front. */
struct lanes {
	struct keeper *keeper;
	struct front_process *front;
	uid_t uid; /* the user whom the lanes' workers count against */
	/* sends the front the message in keeper->to_front */
	void (*say)(struct front_process *front);
	struct lane *first;
	size_t n;
	uint32_t last_number; /* of the lane that was made last */
};

/* The process that a worker has found behind a pidfd, or the watcher that the worker has started
 * for a pipe (set/pipe-watch.h). pid 0: there is no process, and error is the reason: an errno
 * (ESRCH: the process or pipe has ended), or 0: the descriptor is no pidfd, or no reading end of a
 * pipe. */
struct lane_process {
	pid_t pid;
	uint64_t start; /* see process_start_time() */
	int error;
};

/* Opens another lane for the front, if the limits allow it. Sends the front either the lane, when
 * it is ready, or the reason why there is none. */
void lane_open(struct lanes *lanes);
/* Frees the lane that the message names. Returns 0, or -EBADMSG for a message that our fronts never
 * send. Must be called when the front has closed its end of the lane. */
int lane_end(struct lanes *lanes, struct wire_message *message);
/* Frees all lanes of a front that has ended. The lanes' workers finish their tasks. */
void lanes_free(struct lanes *lanes);

/* Finds the lane that the message of a request names, and assigns it to the request until the first
 * answer. Fills in request->lane, request->pipes and *ret. *ret tells, by one bit for each, which
 * of the request's descriptors must be pidfds, and which must be pipes. Returns 0 (also if the
 * message names no lane), or -EBADMSG for a message that our fronts never send. */
int lane_claim(struct request *request, struct wire_message *message, struct task_processes *ret);
/* Frees the request's lane, if it has one, for other requests. Tells the worker to close the
 * descriptors, unless the worker knows that it needs them no more. Must be called when the request
 * was answered. */
void lane_release(const struct request *request);
/* Like lane_release(), but also tells the front to close the lane. Must be called instead of
 * lane_release() for a request that is never answered because its connection has ended. Otherwise
 * the front would never use the lane again: only an answer tells it that the lane is free. Must
 * also be called before a request is answered while the lane's worker still carries out a task for
 * it: the lane cannot serve another request before that has ended. */
void lane_abandon(const struct request *request);

/* Returns true while the worker of the request's lane carries out a task. */
bool lane_is_busy(const struct request *request);
/* Makes an operation that the lane's worker carries out with the descriptors of the request. The
 * caller sends it by operation_send(). last: no later task needs the descriptors. seconds: the
 * operation's deadline. Returns 0, -EBUSY if the worker has another task, -ECONNRESET if the
 * request has no lane or the lane has ended, or another -errno. */
int lane_operation(const struct request *request, bool last, unsigned int seconds,
		   struct operation **ret);

/* Lets the lane's worker find the processes behind the request's pidfds, and start watchers for its
 * pipes. task: from lane_claim(). Returns 0, or -errno, and then done() is not called. After 0,
 * calls done() once: processes, valid until done() returns, has an element for each descriptor;
 * failure is NULL, or the reason why some may be missing. */
typedef void lane_identified(struct request *request, const struct lane_process *processes,
			     const struct failure *failure, void *context);
int lane_identify(struct request *request, const struct task_processes *task, lane_identified *done,
		  void *context);
