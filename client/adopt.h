/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb adopt. See verb.run in verb.h. */
#pragma once

#include "client/verb.h"

extern const struct option_row adopt_options[];

extern const struct verb adopt_verbs[]; /* ends with a row without a name */
