/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The closer: a process that closes what the keeper must not, because a client can make the closing
 * hang. Its children receive connections from one socket, empty their queues and close them, each
 * at its own pace; there are more of them while some hang. The keeper waits for none.
 */
#ifndef NSCTL_KERNEL_CLOSER_H
#define NSCTL_KERNEL_CLOSER_H

#include "daemon/kernel/host.h"

/* Becomes the closer: makes the socket, reports its sending end (REPORT_LANE), drops all privilege
 * and closes what comes until the keeper has closed that end. */
void closer_run(struct host *host) __attribute__((noreturn));

#endif
