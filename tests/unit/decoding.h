/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls against the interface, decoded as by the front, for the tests of decode.c and its like. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "base.h"
#include "daemon/front/method.h"
#include "protocol/idl.h"
#include "tests/unit/answer.h"

#define FDS_MAX 4

#define LONG_16 "aaaaaaaaaaaaaaaa"
#define LONG_64 LONG_16 LONG_16 LONG_16 LONG_16
#define LONG_256 LONG_64 LONG_64 LONG_64 LONG_64
#define LONG_4096                                                                                 \
	LONG_256 LONG_256 LONG_256 LONG_256 LONG_256 LONG_256 LONG_256 LONG_256 LONG_256 LONG_256 \
		LONG_256 LONG_256 LONG_256 LONG_256 LONG_256 LONG_256

static struct idl *idl;
static struct decoding decoding;
static struct fd_list fds;
static int numbers[FDS_MAX];

static int setup(void **state _unused_)
{
	return idl_parse(idl_text_nsctl, &idl, NULL);
}

static int teardown(void **state _unused_)
{
	idl = idl_free(idl);
	return 0;
}

/* Decodes parameters of a method that came with n_fds descriptors, numbers that nothing opens. */
static inline int decode(const char *name, const json_t *parameters, size_t n_fds,
			 union method_request *ret)
{
	const struct method *method = method_find(name);
	char path[IDL_PATH_SIZE];

	assert_non_null(method);
	if (!idl_check_input(idl, idl_method(idl, name), parameters, path))
		fail_msg("%s: %s does not fit the interface", name, path);
	for (size_t i = 0; i < FDS_MAX; i++)
		numbers[i] = 1000 + (int)i;
	fds = (struct fd_list){.fds = numbers, .n = n_fds};
	decoding = (struct decoding){.fds = &fds, .memory_fd = -1};
	wire_clear(method->layout, ret);
	return decode_request(&decoding, method->layout, parameters, ret);
}
