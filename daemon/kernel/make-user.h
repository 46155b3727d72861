/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes a set with a user namespace, or within one, by two processes: see make.c. */
#pragma once

#include "daemon/kernel/make-step.h"

/* Makes the whole set except its pins. Returns 0, or -errno and the maker's fault. */
int make_with_user(struct maker *maker);
