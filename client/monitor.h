/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb monitor: prints the state first, then events, line by line. */
#pragma once

#include "client/verb.h"

extern const struct option_row monitor_options[];
