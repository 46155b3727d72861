/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Supplies files that a set's /etc does not have, by an overlay; the /etc itself is not changed. No
 * function here may allocate memory. */
#ifndef NSCTL_KERNEL_RESOLVER_OVERLAY_H
#define NSCTL_KERNEL_RESOLVER_OVERLAY_H

#include "daemon/kernel/resolver-place.h"

/* Covers the set's /etc by an overlay that also has empty files of these names. Returns 0 or
 * -errno. */
int resolver_overlay_put(struct resolver_place *place, const char *const names[], size_t n);

#endif
