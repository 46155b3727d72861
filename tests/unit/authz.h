/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Users, rights and failures, for the tests of authz.c. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "base.h"
#include "daemon/keeper/policy/authz.h"

#define ALICE 1000
#define BOB 1001
#define ALL_BITS ((UINT32_C(1) << CONFIG_ALLOW_COUNT) - 1)

static const uid_t uids[] = {0, ALICE, BOB};

/* Checks that r and the failure are this error, and that the failure has a subject. */
static inline void check_failure(const struct failure *failure, int r, enum nsctl_error error)
{
	assert_int_equal(r, error);
	assert_int_equal(failure->error, error);
	if (error != ERROR_NONE)
		assert_true(*failure->subject && *failure->text);
}
