/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which settings (sysctls) a set may have of its own. */
#ifndef NSCTL_KEEPER_SETTINGS_H
#define NSCTL_KEEPER_SETTINGS_H

#include "daemon/wire/layout.h"

/* Returns NULL, or what is wrong with the setting. */
const char *settings_check(const struct spec_sysctl *setting);

#endif
