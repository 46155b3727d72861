/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb which, which shows the set that a process is in. */
#pragma once

#include "client/verb.h"

extern const struct verb inspect_verbs[]; /* ends with a row without a name */
