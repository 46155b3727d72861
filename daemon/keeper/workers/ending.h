/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Processes that are about to end, and might hang: killed workers and the processes that they have
 * started, workers whose lanes (request/lane.h) are closed, and fronts without clients. No signal
 * ends a process that hangs in the kernel, for instance on a file system that its user serves. A
 * user must not accumulate such processes, so each that has not ended after two seconds counts
 * against its user, until it has ended.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "protocol/error.h"

/* From this number of hanging processes on, nothing more is started for their user. */
#define ENDING_MAX 16

/*
 * Adds the process that began as worker number; it may be a front now. kill: the spawner kills it;
 * otherwise it ends by itself. channel_fd: the keeper's end of the worker's channel, which is
 * taken. Until it has an end-of-file, processes that the worker has started are alive, and count,
 * too. -1: only the process itself counts.
 */
void ending_add(struct keeper *keeper, uint32_t number, int channel_fd, uid_t uid, bool kill);
/* Kills and adds a process that is neither a worker nor started by one. Takes pid_fd. */
void ending_add_process(struct keeper *keeper, int pid_fd, uid_t uid);
/* Stops counting a process against its user. Must be called when the spawner reports that process
 * number has ended. */
void ending_is_over(uint32_t number);
/* Returns the number of processes of this user that hang. */
size_t ending_count(uid_t uid);
/* Checks that the user has fewer than ENDING_MAX processes that hang; root may have any number.
 * Returns 0 or ERROR_LIMIT_EXCEEDED. */
int ending_check(uid_t uid, struct failure *failure);
/* Returns the number of processes of this user that were added and have not ended, whether or not
 * they hang. */
size_t ending_count_all(uid_t uid);
/* Frees the list of these processes. Must be called when the keeper ends. */
void ending_stop(void);
