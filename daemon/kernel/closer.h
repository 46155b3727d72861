/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The closer: a process that closes connections for the keeper, because a client can make close(2)
 * hang. Its children receive connections from one socket, empty their queues and close them, each
 * at its own pace. While some of them hang, more are started. The keeper waits for none.
 */
#pragma once

#include "daemon/kernel/host.h"

/*
 * Turns the calling process into the closer: makes the socket, reports its sending end
 * (REPORT_LANE), drops all privilege, and closes connections until the keeper has closed the
 * sending end.
 */
void closer_run(struct host *host) __attribute__((noreturn));
