/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb graph, which draws sets, networks and the links between them. */
#pragma once

#include "client/verb.h"

extern const struct option_row graph_options[];

extern const struct verb graph_verbs[]; /* ends with a row without a name */
