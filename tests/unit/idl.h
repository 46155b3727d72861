/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Functions for the tests of interface descriptions. */
#pragma once

#include "protocol/idl.h"

static inline struct idl *parse(const char *text)
{
	struct idl *idl = NULL;
	unsigned line = 0;

	if (idl_parse(text, &idl, &line) != 0)
		fail_msg("line %u of: %s", line, text);
	return idl;
}
