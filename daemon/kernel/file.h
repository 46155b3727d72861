/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Short files of the kernel's, in /proc, /sys and cgroups, as text. */
#pragma once

#include "base.h"

/* Reads the beginning of a file, up to size - 1 bytes. Returns 0 or -errno. */
int file_read(int directory_fd, const char *path, char *ret, size_t size);
/* Writes to an existing file. Returns 0 or -errno. */
int file_write(int directory_fd, const char *path, const char *text);
