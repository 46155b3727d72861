/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Passes single descriptors between a process and its child, over a SOCK_SEQPACKET pair. */
#pragma once

#include "base.h"

/* Sends a descriptor, or -errno. If this fails, the other side does not receive anything. */
void pass_send(int channel_fd, int fd);
/* Receives a descriptor or -errno from the other side (-EPIPE: it has ended). */
int pass_receive(int channel_fd);

/* Forks a child that runs function(context, channel_fd), which sends one descriptor or -errno by
 * pass_send(), and does not return. Waits for its end. Returns what it has sent, or -errno (-EPIPE:
 * it was killed). */
int pass_from_child(void (*function)(void *context, int channel_fd), void *context);
