/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The signals are blocked outside of the wait, so no call to the daemon is interrupted. */
#include "client/interrupt.h"

#include <poll.h>

#include "base.h"

static const int signals[INTERRUPT_SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
static volatile sig_atomic_t has_come;

static void on_signal(int signal _unused_)
{
	has_come = 1;
}

void interrupt_hold(struct interrupt *interrupt)
{
	const struct sigaction noting = {.sa_handler = on_signal};
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < INTERRUPT_SIGNALS; i++)
		sigaddset(&blocked, signals[i]);
	(void)sigprocmask(SIG_BLOCK, &blocked, &interrupt->mask_before);
	for (size_t i = 0; i < INTERRUPT_SIGNALS; i++) {
		(void)sigaction(signals[i], NULL, &interrupt->actions_before[i]);
		if (interrupt->actions_before[i].sa_handler != SIG_IGN)
			(void)sigaction(signals[i], &noting, NULL);
	}
}

void interrupt_release(const struct interrupt *interrupt)
{
	for (size_t i = 0; i < INTERRUPT_SIGNALS; i++)
		(void)sigaction(signals[i], &interrupt->actions_before[i], NULL);
	(void)sigprocmask(SIG_SETMASK, &interrupt->mask_before, NULL);
}

bool interrupt_wait(const struct interrupt *interrupt, int fd, int64_t ms)
{
	int64_t wait = has_come ? 0 : MAX(ms, (int64_t)0);
	const struct timespec time = {.tv_sec = wait / 1000, .tv_nsec = wait % 1000 * 1000000};
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	return ppoll(&poll_fd, 1, &time, &interrupt->mask_before) > 0;
}

bool interrupt_has_come(void)
{
	return has_come;
}
