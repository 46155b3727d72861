/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb egress: changes what a set or network with a list reaches, or tells it. */
#pragma once

#include "client/verb.h"

extern const struct option_row egress_options[];

extern const struct verb egress_verbs[]; /* ends with a row without a name */
