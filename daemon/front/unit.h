/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Units of numbers in JSON. */
#pragma once

#include "daemon/wire/codec.h"

struct unit {
	double scale;	  /* the field's number for 1 in JSON, such as 1000000 for microseconds */
	const char *name; /* follows the number in a sentence */
};

/* Returns the unit of a field. An integer in JSON has a scale of 1. */
const struct unit *unit_of(const struct wire_field *field);
