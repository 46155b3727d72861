/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb ps, which shows the processes of a set. */
#pragma once

#include "client/verb.h"

extern const struct option_row ps_options[];

extern const struct verb ps_verbs[]; /* ends with a row without a name */
