/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions of struct upcalls (base/keeper.h), by which modules below notify modules above.
 * No other call goes up. */
#pragma once

#include "daemon/keeper/base/keeper.h"

extern const struct upcalls upcalls;
