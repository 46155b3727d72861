/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verbs of `nsctl link`. */
#pragma once

#include "client/verb.h"

extern const struct verb links_verbs[]; /* ends with a row without a name */
