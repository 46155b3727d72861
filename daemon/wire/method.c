/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/wire/method.h"

#define ROW(op, name, record, handler, class, flags, done, ...) \
	[WIRE_##op] = {name, &record##_layout, class, flags, done},
const struct wire_method wire_methods[WIRE_OP_END] = {METHODS(ROW)};
