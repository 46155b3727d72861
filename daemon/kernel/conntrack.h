/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Forgets flows in the kernel's connection tracking. The kernel decides by the first packet of a
 * flow how it is translated. So a UDP client that has been sending since before a port was
 * published, or to a set that is gone, would never reach the set. When its flow has been forgotten,
 * the next packet counts as the first.
 */
#pragma once

#include "daemon/wire/task.h"

/* Forgets UDP flows to an address of the host and a port that the links publish, if they are not
 * translated. Runs in the host's net namespace. After a failure, such flows go on as before. */
void conntrack_forget_untranslated(const struct task_link *links, size_t n);
/*
 * Ends connections of ways with lists, of any protocol, to destinations that the lists no longer
 * have: the next packet of such a connection is refused. Runs in the host's net namespace. Returns
 * 0 or -errno. (conntrack-list.c)
 */
int conntrack_end_unlisted(const struct task_link *links, size_t n);
/* Forgets UDP flows that are translated to addresses of this link, which is being removed. */
void conntrack_forget_translated(const struct task_link *link);
