/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/front/unit.h"

const struct unit *unit_of(const struct wire_field *field)
{
	static const struct unit units[] = {
		[UNIT_NONE] = {1, ""},
		[UNIT_BYTES] = {1, " bytes"},
		[UNIT_BITS] = {1, " bits per second"},
		[UNIT_PACKETS] = {1, " packets"},
		[UNIT_NANOSECONDS] = {1, " nanoseconds"},
		[UNIT_SECONDS] = {1e6, " seconds"},
		[UNIT_MILLISECONDS] = {1e3, " milliseconds"},
		[UNIT_PERCENT] = {1e4, " percent"},
		[UNIT_WHOLE] = {1e3, " processors"},
	};

	return &units[field->unit];
}
