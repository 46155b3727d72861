/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Job control: finds out whether this process may read from the terminal on stdin, and change it.
 */
#pragma once

#include <stdbool.h>

/* A shell sends no signal to a running job when it brings the job to the foreground. So a job in
 * the background looks at this interval. */
#define FOREGROUND_LOOK_MS 200

/* Returns false if this process is a job in the background of the terminal on stdin. */
bool foreground_is_ours(void);
