/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tells when somebody replaces one of the host's files that sets have their own in the place of, or
 * the directory of a resolver's sockets, or changes the host's name servers. Files are watched
 * themselves, so that what else happens in /etc wakes nobody up; the directory only while it lacks
 * the file. Of a resolver's directory it counts that it appears, which its parent tells: a
 * directory that somebody has open does not tell that it was removed.
 */
#ifndef NSCTL_KEEPER_RESOLVER_WATCH_H
#define NSCTL_KEEPER_RESOLVER_WATCH_H

#include <event2/event.h>
#include "base.h"

typedef void names_watch_changed(void *context);
void names_watch(struct event_base *loop, names_watch_changed *changed, void *context);
/* Whether anybody is interested; at first nobody is. Cheap. The next change ends what is watched
 * for nobody. */
void names_watch_want(bool wanted);
void names_watch_stop(void);

#endif
