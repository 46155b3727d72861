/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Processes that are ending on behalf of a user, and may hang: workers killed at a deadline, with
 * the processes that they have started, workers whose lanes were closed, and fronts that are not
 * needed any more. A signal does not end a process that hangs in the kernel, for instance on a file
 * system that the user serves. So that no user accumulates them, each process that has not ended
 * after two seconds counts against its user until it has.
 */
#ifndef NSCTL_KEEPER_ENDING_H
#define NSCTL_KEEPER_ENDING_H

#include "daemon/keeper/base/keeper.h"
#include "protocol/error.h"

/* Hanging processes of one user beyond which nothing more is begun for that user. */
#define ENDING_MAX 16

struct ending;

/*
 * Adds worker number, or what it has become, which is ending by itself or, with kill, killed by the
 * spawner. channel_fd is the keeper's end of its channel, which is taken: until it reads
 * end-of-file, a process that the worker has started is alive. -1: only the worker counts.
 */
void ending_add(struct keeper *keeper, uint32_t number, int channel_fd, uid_t uid, bool kill);
/* Adds a process that is no worker's, and kills it. Takes its pidfd. */
void ending_add_process(struct keeper *keeper, int pid_fd, uid_t uid);
/* To be called when the spawner reports this end. */
void ending_is_over(struct keeper *keeper, uint32_t number);
/* Returns the number of this user's hanging processes. */
size_t ending_count(const struct keeper *keeper, uid_t uid);
/* Returns 0, or an error and *failure if so many of this user's processes hang that nothing more is
 * begun. */
int ending_check(const struct keeper *keeper, uid_t uid, struct failure *failure);
/* Returns the number of this user's processes that have not ended, including those that have had no
 * time to. */
size_t ending_count_all(const struct keeper *keeper, uid_t uid);
/* Frees everything at the keeper's end. */
void ending_stop(struct keeper *keeper);

#endif
