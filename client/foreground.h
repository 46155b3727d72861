/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Job control: whether the terminal on stdin is this process's to read from and to change. */
#ifndef NSCTL_CLIENT_FOREGROUND_H
#define NSCTL_CLIENT_FOREGROUND_H

#include <stdbool.h>

/* A shell sends no signal to a job that runs when it brings it to the foreground: look again after
 * this time. */
#define FOREGROUND_LOOK_MS 200

/* Returns false if this process is a job in the background of the terminal on stdin. */
bool foreground_is_ours(void);

#endif
