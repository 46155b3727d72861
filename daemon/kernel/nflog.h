/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Listens to rules that log to a group of nfnetlink_log. Each logged packet gives a message, of
 * which this module reads only the rule's prefix: what the packet contains is not asked for. It
 * changes nothing, and needs no libnftnl.
 */
#pragma once

#include "base.h"

/*
 * Returns a socket that receives the messages of a group in the current net namespace, or -errno
 * (-EINVAL: the kernel has no nfnetlink_log). The group has no other listener. The search for it
 * begins at a high number that depends on name, because other programs use low ones. Opening needs
 * CAP_NET_ADMIN, and reading does not.
 */
int nflog_open(const char *name, uint16_t *ret_group);

/* Reads messages, at most as many as take a moment, and calls back for each. Messages that had no
 * room in the socket are lost. */
void nflog_read(int fd, void (*callback)(const char *prefix, void *context), void *context);
