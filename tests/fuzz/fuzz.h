/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fuzz target is one function; this is its prototype, and its way to report a violation. */
#pragma once

#include "base.h"

/* Takes any bytes, and aborts if the result is inconsistent. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An assert() that NDEBUG does not take away. */
#define must(condition)           \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)
