/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each fuzz target is: one function, and how it says that something does not hold. */
#ifndef NSCTL_TESTS_FUZZ_H
#define NSCTL_TESTS_FUZZ_H

#include "base.h"

/* Takes any bytes, and aborts when what is made of them does not hold together; 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An assert() that NDEBUG does not take away. */
#define must(condition)           \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

#endif
