/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reports when one of the host's files that sets replace by their own, or the directory of a
 * resolver's sockets, is replaced, and when the host's name servers change. The files themselves
 * are watched, so that other changes in /etc cause no wake-ups; their directory is watched only
 * while a file is missing. For a resolver's directory only its appearance matters, which its parent
 * reports: the removal of a directory that a process has open is not reported.
 */
#ifndef NSCTL_KEEPER_RESOLVER_WATCH_H
#define NSCTL_KEEPER_RESOLVER_WATCH_H

#include <event2/event.h>
#include "base.h"

typedef void resolver_watch_changed(void *context);
void resolver_watch(struct event_base *loop, resolver_watch_changed *changed, void *context);
/* Says if changes are of interest; at first they are not. Cheap: files are unwatched only at the
 * next change. */
void resolver_watch_want(bool wanted);
void resolver_watch_stop(void);

#endif
