/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/front/unit.h"

const struct unit *unit_of(const struct wire_field *field)
{
	static const struct unit units[] = {
		[UNIT_NONE] = {1, ""},		 [UNIT_SECONDS] = {1e6, " seconds"},
		[UNIT_MILLISECONDS] = {1e3, ""}, [UNIT_PERCENT] = {1e4, ""},
		[UNIT_WHOLE] = {1e3, ""},
	};

	return &units[field->unit];
}
