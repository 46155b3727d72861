/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Notifications of the kernel by netlink: those of groups that a socket has joined. */
#pragma once

#include <libmnl/libmnl.h>
#include "base.h"

/* Opens a non-blocking socket that becomes readable at each notification. protocol: NETLINK_ROUTE
 * or another family; groups: bits, such as RTMGRP_LINK. Returns a descriptor, or -errno. */
int netlink_watch_open(int protocol, uint32_t groups);

/* Reads all notifications that have come, and calls each for every message. Returns 0, or -ENOBUFS
 * if the kernel has dropped some. */
int netlink_watch_read(int fd, void (*each)(const struct nlmsghdr *message, void *context),
		       void *context);
