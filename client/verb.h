/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs verbs. */
#ifndef NSCTL_CLIENT_VERB_H
#define NSCTL_CLIENT_VERB_H

#include "client/options.h"

/* Takes the options and runs the verb; argv[0] is its name. Returns the result of verb.run. */
int verb_run(struct client *client, const struct verb *verb, int argc, char **argv);

#endif
