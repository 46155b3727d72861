/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of a set that ends with its command, which was started by Run, or by Exec with remove.
 * All sets and networks that the same Apply has made end at the same time. */
#pragma once

#include "daemon/keeper/request/request.h"

/* Begins to remove the set, and all that the same Apply has made. */
void run_end(struct keeper *keeper, struct set *set);
/* Marks all that was made by the same Apply as the set as being removed, because an earlier daemon
 * may have recorded only the removal of the set itself. Must be called before sets are
 * recovered. */
void run_end_mark(struct keeper *keeper, const struct set *set);
/* Does the same as run_end() for the set of a session that has ended. If request is not NULL,
 * answers it when everything is gone: with the session, or with the first failure. */
void run_end_answer(struct keeper *keeper, const struct session *session, struct request *request);
