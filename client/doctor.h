/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The verb doctor: a list of checks, each of which looks at one thing that could be in the way of
 * nsctl on this machine. Checks change nothing, except that some make sets, which end with them.
 */
#pragma once

#include "client/verb.h"

extern const struct verb doctor_verbs[]; /* ends with a row without a name */
