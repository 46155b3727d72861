/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb call: calls any method, with JSON as input and output. */
#pragma once

#include "client/verb.h"

extern const struct option_row call_options[];

extern const struct verb call_verbs[]; /* ends with a row without a name */
