/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Processes that are about to end, and might hang. These are:
 *  - killed workers, with the children that carry out their tasks;
 *  - workers that served a lane (a channel for clients' descriptors: request/lane.h) that is gone;
 *  - processes that are not needed any more: fronts, which serve clients, resolvers, which answer
 *    DNS queries of sets, capturers, which record packets, and watchers, which wait for the end of
 *    a pipe.
 * No signal ends a process that hangs in the kernel, for instance on a file system that its user
 * serves. A user must not accumulate such processes, so each that has not ended after two seconds
 * counts against its user, until it has ended.
 */
#pragma once

#include "daemon/keeper/base/keeper.h"
#include "protocol/error.h"

/* Limit of hanging processes for a user: see ending_check(). */
#define ENDING_MAX 16

/*
 * Adds the process that began as worker number; it may run another program now. kill: asks the
 * spawner to kill it; otherwise it ends by itself.
 *
 * channel_fd: the keeper's end of the worker's channel, which is taken; or -1. The process counts
 * until it has ended. If there is a channel, it counts until the channel has an end-of-file, too:
 * the worker's children hold the other end, so none of them is left then.
 */
void ending_add(struct keeper *keeper, uint32_t number, int channel_fd, uid_t uid, bool kill);
/* Kills and adds a process of user uid that did not begin as a worker. Takes pid_fd. */
void ending_add_process(struct keeper *keeper, int pid_fd, uid_t uid);
/* Notes that the process that began as worker number has ended. Must be called when the spawner
 * reports this (TASK_ENDED). */
void ending_is_over(uint32_t number);
/* Returns the number of this user's processes that were added two seconds ago or earlier, and have
 * not ended: they hang. */
size_t ending_count(uid_t uid);
/* Checks that the user has fewer than ENDING_MAX processes that hang; root may have any number.
 * Returns 0 or ERROR_LIMIT_EXCEEDED. */
int ending_check(uid_t uid, struct failure *failure);
/* Returns the number of processes of this user that were added and have not ended, whether or not
 * they hang. */
size_t ending_count_all(uid_t uid);
/* Forgets all processes that were added. Must be called when the keeper ends. */
void ending_stop(void);
