/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* confine.c: a process under the filter of fronts and resolvers may signal itself, and is killed
 * when it would signal another one, which has the same uid. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include "daemon/confine/confine.h"
#include "tests/unit/confined.h"

static pid_t other; /* the process of the test */

static void do_nothing(void)
{
}
static void _unused_ do_abort(void)
{
	syscall(SYS_tgkill, getpid(), gettid(), SIGABRT);
}
static void _unused_ do_tgkill(void)
{
	syscall(SYS_tgkill, other, other, 0);
}
static void _unused_ do_kill(void)
{
	syscall(SYS_kill, other, 0);
}
static void do_duplicate(void)
{
	syscall(SYS_fcntl, 0, F_DUPFD_CLOEXEC, 0);
	syscall(SYS_fcntl, 0, F_SETFL, 0);
	syscall(SYS_fcntl, 0, F_ADD_SEALS, 0);
}
static void _unused_ do_own(void)
{
	syscall(SYS_fcntl, 0, F_SETOWN, other);
}
/* The kernel ignores the upper half of the command. */
static void _unused_ do_own_in_disguise(void)
{
	syscall(SYS_fcntl, 0, UINT64_C(0x40600000000) | F_SETOWN, other);
}
static void _unused_ do_own_thread(void)
{
	const struct f_owner_ex owner = {F_OWNER_PID, other};

	syscall(SYS_fcntl, 0, F_SETOWN_EX, &owner);
}
static void _unused_ do_set_signal(void)
{
	syscall(SYS_fcntl, 0, F_SETSIG, SIGKILL);
}
static void _unused_ do_notify(void)
{
	syscall(SYS_fcntl, 0, F_NOTIFY, 0);
}

static int confine(void)
{
	static const struct confine_calls none;

	return confine_enforce(&none);
}

static void test_confined_process_can_signal_only_itself(void **state _unused_)
{
	static const struct {
		const char *name;
		void (*function)(void);
		int signal;
	} rows[] = {
		{"nothing", do_nothing, 0},
		{"duplicate", do_duplicate, 0},
#ifndef NSCTL_SANITIZED /* there, more is allowed, and other calls fail */
		{"abort", do_abort, SIGABRT},
		{"tgkill", do_tgkill, SIGSYS},
		{"kill", do_kill, SIGSYS},
		{"own", do_own, SIGSYS},
		{"own in disguise", do_own_in_disguise, SIGSYS},
		{"own thread", do_own_thread, SIGSYS},
		{"set signal", do_set_signal, SIGSYS},
		{"notify", do_notify, SIGSYS},
#endif
	};

	other = getpid();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int signal = confined_outcome(confine, rows[i].function);

		if (signal != rows[i].signal)
			fail_msg("%s: signal %d", rows[i].name, signal);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_confined_process_can_signal_only_itself)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
