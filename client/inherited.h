/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Properties that a program inherits from its caller, but a command in a set has only if the call
 * names them. */
#pragma once

#include <jansson.h>

/* Adds this process's personality, scheduling, I/O priority, timer slack and filter of core dumps
 * to a call, as far as they are not the kernel's defaults. */
void inherited_add(json_t *parameters);
