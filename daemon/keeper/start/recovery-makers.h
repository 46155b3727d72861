/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of recovery that ends makers of an earlier daemon. */
#pragma once

#include "daemon/keeper/base/keeper.h"

/* Kills all makers of an earlier daemon, and waits until they have ended, or are stuck in the
 * kernel. Returns 0 or -errno. */
int recover_end_makers(struct keeper *keeper);
