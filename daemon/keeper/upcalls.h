/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions for notifications of modules above: the only calls that go up. */
#ifndef NSCTL_KEEPER_UPCALLS_H
#define NSCTL_KEEPER_UPCALLS_H

#include "daemon/keeper/base/keeper.h"

extern const struct upcalls upcalls;

#endif
