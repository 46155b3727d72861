/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The end of a set that ends with its command: that of a Run, or of an Exec with remove. All that
 * the same Apply has made ends with it, at the same time.
 */
#pragma once

#include "daemon/keeper/request/request.h"

/* Begins to remove the set, and what ends with it. */
void run_end(struct keeper *keeper, struct set *set);
/* Marks everything that ends with the set as being removed: an earlier daemon may have recorded
 * only the set's own removal. Must be called before sets are recovered. */
void run_end_mark(struct keeper *keeper, const struct set *set);
/* Begins the same removals for the set of a session that has ended. request may be NULL; it is
 * answered with the session when everything is gone, or with the first failure. */
void run_end_answer(struct keeper *keeper, const struct session *session, struct request *request);
