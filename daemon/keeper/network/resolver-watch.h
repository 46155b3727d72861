/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watches the files of the host that sets replace by their own, the host's lists of name servers,
 * and the directories of its resolvers' sockets. Reports if one of them changes or is replaced.
 *
 * The files themselves are watched, so that other changes in /etc cause no wake-ups; their
 * directory is watched only while a file is missing. For the directory of a resolver, only its
 * appearance matters, so its parent is watched instead. Its removal could not be noticed anyway:
 * the kernel does not report it while a process has the directory open.
 */
#pragma once

#include <event2/event.h>
#include "base.h"

typedef void resolver_watch_changed(void *context);
/* Prepares the watch. While resolver_watch_want() says that it is wanted, calls changed() after
 * each change. Logs a failure. */
void resolver_watch(struct event_base *loop, resolver_watch_changed *changed, void *context);
/* Begins or ends the watching. Calls are cheap: files that need not be watched any more are
 * unwatched only at their next change. */
void resolver_watch_want(bool wanted);
void resolver_watch_stop(void);
