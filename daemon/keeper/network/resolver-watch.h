/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watches the files of the host that sets replace by their own, the host's lists of name servers,
 * and the directories of its resolvers' sockets. Reports if one of them changes or is replaced.
 *
 * The files themselves are watched, so that other changes in /etc cause no wake-ups; their
 * directory is watched only while a file is missing. The directory of a resolver is not watched,
 * but its parent is, because only the appearance of the directory matters: the kernel does not
 * report the removal of a directory that a process has open.
 */
#pragma once

#include <event2/event.h>
#include "base.h"

typedef void resolver_watch_changed(void *context);
/* Prepares the watch. From resolver_watch_want(true) on, calls changed() after each change. */
void resolver_watch(struct event_base *loop, resolver_watch_changed *changed, void *context);
/* Begins or ends the watching. Calls are cheap: files are unwatched only at their next change. */
void resolver_watch_want(bool wanted);
void resolver_watch_stop(void);
