/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Processes that are to end on behalf of a user and may not do so: workers that were killed at a
 * deadline, with what they have started, workers whose lanes have been closed, and fronts that are
 * not needed any more. A signal does not end a process that hangs in the kernel, on a file system
 * that the user serves for instance. So that nobody can gather any number of these, each that has
 * not ended after two seconds counts against its user until it has.
 */
#ifndef NSCTL_KEEPER_ENDING_H
#define NSCTL_KEEPER_ENDING_H

#include "daemon/keeper/base/keeper.h"
#include "protocol/error.h"

/* What a user may have of these before nothing more is begun for that user. */
#define ENDING_MAX 16

struct ending;

/*
 * Worker number, or what it has become, is to end: by itself, or killed by the spawner. channel_fd:
 * the keeper's end of its channel, which is taken: until it reads end-of-file, something that the
 * worker has started is alive; -1: the worker alone counts.
 */
void ending_add(struct keeper *keeper, uint32_t number, int channel_fd, uid_t uid, bool kill);
/* The spawner says that this one has ended. */
void ending_is_over(struct keeper *keeper, uint32_t number);
/* Returns how many of this user's hang. */
size_t ending_count(const struct keeper *keeper, uid_t uid);
/* Returns 0, or an error and *failure: so many of this user's hang that nothing more is begun. */
int ending_check(const struct keeper *keeper, uid_t uid, struct failure *failure);
/* Returns how many of this user's have not ended, with those that were told to a moment ago. */
size_t ending_count_all(const struct keeper *keeper, uid_t uid);
/* The keeper ends. */
void ending_stop(struct keeper *keeper);

#endif
