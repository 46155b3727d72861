/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb capture: writes packets of a set, a link or a network to a file or to stdout. */
#pragma once

#include "client/verb.h"

extern const struct option_row capture_options[];

extern const struct verb capture_verbs[]; /* ends with a row without a name */
