/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb log, which shows what has happened to sets: nsctld's lines in the journal. */
#pragma once

#include "client/verb.h"

extern const struct option_row log_options[];

extern const struct verb log_verbs[]; /* ends with a row without a name */
