/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lets a verb clean up when SIGINT, SIGTERM or SIGHUP ends it: between interrupt_hold() and
 * interrupt_release() these only interrupt interrupt_wait(). A signal that is ignored stays so.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#define INTERRUPT_SIGNALS 3

struct interrupt {
	sigset_t mask_before;
	struct sigaction actions_before[INTERRUPT_SIGNALS];
};

void interrupt_hold(struct interrupt *interrupt);
void interrupt_release(const struct interrupt *interrupt);

/* Waits until fd can be read, at most for that many ms. Returns true if it can. */
bool interrupt_wait(const struct interrupt *interrupt, int fd, int64_t ms);
/* Returns true if one of the signals has come. */
bool interrupt_has_come(void);
