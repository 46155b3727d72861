/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ends a set that ends with its command (of a Run, or of an Exec with remove), and with it all sets
 * and networks that the same Apply has made. */
#pragma once

#include "daemon/keeper/request/request.h"

/* Begins to remove the set, and all that the same Apply has made. What the Apply is still making is
 * left to the Apply. */
void run_end(struct keeper *keeper, struct set *set);
/* Marks the sets and networks that the same Apply has made as being removed, so that their recovery
 * removes them. At the start of nsctld, must be called before sets are recovered, for each set that
 * ends with its command if the command has ended: run_end() was not called if no daemon ran then.
 */
void run_end_mark(struct keeper *keeper, const struct set *set);
/* Like run_end(), for the set of a session that has ended. If request is not NULL, takes the
 * request. When the removals have ended, answers it with the session, or with the first failure. */
void run_end_answer(struct keeper *keeper, const struct session *session, struct request *request);
