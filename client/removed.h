/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What verbs that remove everything say on stderr, unless --quiet is given. */
#pragma once

#include "client/connection.h"

/* Says on stderr that there was nothing to remove, unless something was removed. This is no
 * failure: a script may remove things twice. file: whose objects they are, or NULL; project:
 * theirs, or NULL. */
void removed_tell_nothing(const struct client *client, const char *file, const char *project);

/* Says on stderr how many sets and networks client_remove() has removed, or that there were none.
 * sets: how many of them are sets. failed: the exit status; after a failure, none is no news. */
void removed_tell(const struct client *client, size_t sets, int failed);
