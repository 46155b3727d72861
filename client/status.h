/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verb status, which shows what nsctld can do for its caller, and how much of it is in use. */
#pragma once

#include "client/verb.h"

extern const struct verb status_verbs[]; /* ends with a row without a name */
