/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watches files of the host: those in /etc that sets replace by their own, and lists of name
 * servers in /run. Reports when one of them changes or is replaced. Also reports when a directory
 * appears in which a resolver of the host may have sockets, such as /run/nscd: sets must not use
 * these.
 *
 * The files themselves are watched, so that other changes in /etc cause no wake-ups. Their
 * directory is watched only while a file is missing. A directory of sockets is noticed by a watch
 * of its parent.
 */
#pragma once

#include <event2/event.h>
#include "base.h"

typedef void resolver_watch_changed(void *context);
/* Prepares the watch. While resolver_watch_want() has asked for it, calls changed() after changes.
 * Logs a failure. */
void resolver_watch(struct event_base *loop, resolver_watch_changed *changed, void *context);
/* Begins or ends the watching. Calls are cheap: after the end, watches are removed only at the next
 * change of a file. */
void resolver_watch_want(bool wanted);
void resolver_watch_stop(void);
