/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tells when somebody replaces one of the host's files that sets have their own in the place of, or
 * the directory of a resolver's sockets, or changes the host's name servers. Watches directories:
 * the files themselves are renamed over.
 */
#ifndef NSCTL_KEEPER_NAMES_WATCH_H
#define NSCTL_KEEPER_NAMES_WATCH_H

#include <event2/event.h>
#include "base.h"

typedef void names_watch_changed(void *context);
void names_watch(struct event_base *loop, names_watch_changed *changed, void *context);
void names_watch_stop(void);

#endif
