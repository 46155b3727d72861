/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks the settings of the kernel (sysctls) that a specification asks for. Pure functions. */
#pragma once

#include "daemon/wire/layout.h"

/* Returns NULL if a set with namespaces of these kinds may have this setting, or a static text that
 * says what is wrong. */
const char *settings_check(const struct spec_sysctl *setting, uint32_t kinds);
