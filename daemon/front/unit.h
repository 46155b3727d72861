/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Units of numbers in JSON. */
#ifndef NSCTL_FRONT_UNIT_H
#define NSCTL_FRONT_UNIT_H

#include "daemon/wire/codec.h"

struct unit {
	double scale; /* the field's number that is 1 in JSON: 1000000 if it is in microseconds */
	const char *name; /* follows the number in a sentence */
};

/* Returns the unit of a field; UNIT_NONE has a scale of 1. */
const struct unit *unit_of(const struct wire_field *field);

#endif
