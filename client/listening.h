/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds listening ports in another net namespace, by the files of a process there in /proc. So no
 * program is needed there, and the server sees no connection. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Returns true if something listens on this TCP port in the net namespace of process pid, at an
 * address other than those of loopback. */
bool listening_at(int64_t pid, int64_t port);
