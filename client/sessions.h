/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs that list, await and signal sessions, which are commands that run inside a set. See
 * verb.run in verb.h for each. */
#pragma once

#include "client/verb.h"

extern const struct option_row sessions_kill_options[];
