/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The Test Anything Protocol in one header, for programs of one file. Only main()'s process
 * prints; children report by their exit status or a pipe. A skip names a feature that the kernel
 * lacks: in CI it counts as a failure.
 */
#pragma once

#include <stdarg.h>
#include "base.h"

static int tap_count_, tap_failed_;

static inline void _printf_(2, 3) tap_ok(bool ok, const char *format, ...)
{
	va_list arguments;

	tap_failed_ += !ok;
	printf("%sok %d - ", ok ? "" : "not ", ++tap_count_);
	va_start(arguments, format);
	(void)vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	(void)fflush(stdout);
}

/* Compares the kernel's result with the expected one; prints both if they differ. */
static inline void tap_is(long got, long expected, const char *what)
{
	tap_ok(got == expected, "%s", what);
	if (got != expected)
		printf("# got %ld, expected %ld\n", got, expected);
	(void)fflush(stdout);
}

static inline void tap_skip(const char *what, const char *lacks)
{
	printf("ok %d - %s # SKIP kernel lacks %s\n", ++tap_count_, what, lacks);
	(void)fflush(stdout);
}

/* Prints the plan, which TAP allows at the end. Returns main()'s exit status. */
static inline int tap_done(void)
{
	printf("1..%d\n", tap_count_);
	(void)fflush(stdout);
	return tap_failed_ > 0;
}

/* Skips all tests of a program that cannot run here. */
static inline int tap_skip_all(const char *why)
{
	printf("1..0 # SKIP %s\n", why);
	return 0;
}
